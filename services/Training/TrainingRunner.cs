using System.Globalization;
using System.Text;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Progress;
using FineTunePipeline.Training.Trainers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Training;

/// <summary>
/// Starts the trainer on its host or adopts the one that runs there, watches it, commits its checkpoints, and brings the result into the store.
/// </summary>
internal sealed class TrainingRunner(
    IServiceProvider services,
    IHostConnector hosts,
    IArtifactStore store,
    CommittedCheckpoints committed,
    CheckpointWatch checkpoints,
    IOptions<TrainingOptions> options,
    TimeProvider time) : IStageRunner<StartTraining>
{
    private const int TailBytes = 16 * 1024;
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(20);

    public async Task<IStageEvent> RunAsync(StartTraining command, StageContext context, CancellationToken cancellationToken)
    {
        var trainer = services.GetKeyedService<ITrainer>(command.Spec.Provider.Trainer)
            ?? throw StageException.BadInput("unknown_trainer", $"There is no trainer '{command.Spec.Provider.Trainer}'; provider.trainer can be builtin.");
        var host = hosts.Connect(command.Prepared.Host);
        var folders = TrainingFolders.For(command);

        var fromStep = await StartOrAdoptAsync(trainer, host, folders, command, context, cancellationToken);
        await context.PublishAsync(new TrainingStarted { JobId = command.JobId, Attempt = command.Attempt, FromStep = fromStep }, cancellationToken);

        var log = new TrainingLog(host, folders.Output + "/trainer_log.jsonl");
        var end = await WatchAsync(host, folders, log, fromStep, context, cancellationToken);
        if (end is not { State: RunState.Exited, ExitCode: 0 })
        {
            throw trainer.Explain(end.ExitCode, await TailAsync(host, folders.Run + "/" + RunFolder.Error, cancellationToken));
        }

        return await CollectAsync(host, folders, log, fromStep, command, cancellationToken);
    }

    public async Task CancelAsync(StartTraining command, StageContext context, CancellationToken cancellationToken) =>
        await hosts.Connect(command.Prepared.Host).StopAsync(TrainingFolders.For(command).Run, StopGrace, cancellationToken);

    /// <summary>The step from which this attempt trains.</summary>
    private async Task<int> StartOrAdoptAsync(
        ITrainer trainer, IComputeHost host, TrainingFolders folders, StartTraining command, StageContext context, CancellationToken cancellationToken)
    {
        var known = context.Handle is { } handle ? int.Parse(handle, CultureInfo.InvariantCulture) : (int?)null;
        if (known is not null && (await host.LookAsync(folders.Run, cancellationToken)).State != RunState.None)
        {
            return known.Value;
        }

        // Nothing was started under this attempt yet, so what lies in its output folder is at most a checkpoint of ours, put there by an entry that was cut.
        var latest = await committed.LatestAsync(command.JobId, cancellationToken);
        string? resumeFrom = null;
        if (latest is { } checkpoint)
        {
            resumeFrom = $"{folders.Output}/checkpoint-{checkpoint.Step.ToString(CultureInfo.InvariantCulture)}";
            await host.PlaceAsync(store, checkpoint.Manifest, resumeFrom, cancellationToken);
        }

        using var yaml = new MemoryStream(Encoding.UTF8.GetBytes(trainer.Configure(command, folders.Output, resumeFrom).ToString()));
        await host.UploadAsync(yaml, folders.Configuration, cancellationToken);

        var fromStep = latest?.Step ?? 0;
        await context.SaveHandleAsync(fromStep.ToString(CultureInfo.InvariantCulture), cancellationToken);
        await host.StartAsync(folders.Run, trainer.Command(folders.Configuration, command.Spec.Budget.Deadline), cancellationToken);
        return fromStep;
    }

    private async Task<RunLook> WatchAsync(
        IComputeHost host, TrainingFolders folders, TrainingLog log, int fromStep, StageContext context, CancellationToken cancellationToken)
    {
        var remaining = new RemainingTime(time);
        var (newestCheckpoint, told) = (fromStep, -1);
        var (lastStep, lastContact) = (time.GetTimestamp(), time.GetTimestamp());
        while (true)
        {
            try
            {
                // The look comes first: whatever an ended trainer wrote is read after it.
                var look = await host.LookAsync(folders.Run, cancellationToken);
                if (await log.ReadAsync(cancellationToken) && log.Newest is { } line && line.CurrentSteps != told)
                {
                    (told, lastStep) = (line.CurrentSteps, time.GetTimestamp());
                    await context.PublishAsync(Progress(line, remaining, context), cancellationToken);
                }

                newestCheckpoint = await checkpoints.CommitNewAsync(host, folders.Output, newestCheckpoint, context, cancellationToken);
                lastContact = time.GetTimestamp();
                if (look.State != RunState.Running)
                {
                    return look;
                }
            }
            catch (HostUnreachableException exception) when (time.GetElapsedTime(lastContact) > options.Value.SilentAfter)
            {
                throw StageException.Transient("host_silent", $"No contact to the host for {options.Value.SilentAfter}.", exception);
            }
            catch (HostUnreachableException)
            {
                // Lost contact is not a lost host: training goes on there, and so do our looks.
            }

            if (time.GetElapsedTime(lastStep) > options.Value.StalledAfter)
            {
                await host.StopAsync(folders.Run, StopGrace, cancellationToken);
                throw StageException.Internal(
                    "stalled",
                    $"No optimizer step was done for {options.Value.StalledAfter}; the trainer was stopped, and the last committed checkpoint (step {newestCheckpoint}) is kept.",
                    await TailAsync(host, folders.Run + "/" + RunFolder.Error, cancellationToken));
            }

            await Task.Delay(options.Value.LookEvery, time, cancellationToken);
        }
    }

    private TrainingProgressed Progress(TrainingLogLine line, RemainingTime remaining, StageContext context) => new()
    {
        JobId = context.JobId,
        Attempt = context.Attempt,
        Step = line.CurrentSteps,
        TotalSteps = line.TotalSteps,
        Loss = line.Loss,
        LearningRate = line.LearningRate,
        Epoch = line.Epoch,
        Remaining = remaining.After(line.CurrentSteps, line.TotalSteps),
        At = time.GetUtcNow(),
    };

    /// <summary>Success only by proof: the weights are there, in the store, and were read back.</summary>
    private async Task<TrainingCompleted> CollectAsync(
        IComputeHost host, TrainingFolders folders, TrainingLog log, int fromStep, StartTraining command, CancellationToken cancellationToken)
    {
        var output = await host.CollectAsync(store, folders.Output, "adapter", path => !CheckpointWatch.IsInCheckpoint(path), cancellationToken);
        var manifest = await store.VerifyAsync(output, cancellationToken);
        if (!manifest.Files.Any(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            throw StageException.Internal("no_result", "The trainer ended with exit code 0 but left no weights.");
        }

        var trained = new TrainedModel
        {
            Method = command.Spec.Method,
            Output = output,
            OutputFolder = folders.Output,
            Steps = log.Last?.CurrentSteps ?? fromStep,
            FinalLoss = log.Newest?.Loss,
        };
        var statement = new TrainingStatement
        {
            Trainer = command.Spec.Provider.Trainer,
            TrainerVersion = command.Prepared.TrainerVersion,
            Configuration = Encoding.UTF8.GetString(await host.ReadAsync(folders.Configuration, 0, 1 << 20, cancellationToken)),
            Model = command.Inputs.Model,
            Dataset = command.Inputs.Dataset,
            ResumedFromStep = fromStep,
            Steps = trained.Steps,
            FinalLoss = trained.FinalLoss,
            Output = output,
        };
        return new TrainingCompleted
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Trained = trained,
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    private static async Task<string> TailAsync(IComputeHost host, string path, CancellationToken cancellationToken)
    {
        var slash = path.LastIndexOf('/');
        var files = await host.ListAsync(path[..slash], cancellationToken);
        var length = files.FirstOrDefault(file => file.Path == path[(slash + 1)..])?.Bytes ?? 0;
        return Encoding.UTF8.GetString(await host.ReadAsync(path, Math.Max(0, length - TailBytes), TailBytes, cancellationToken));
    }
}

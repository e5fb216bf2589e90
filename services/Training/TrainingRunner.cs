using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Trainers;
using FineTunePipeline.Training.Watching;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Training;

/// <summary>
/// Trains on a prepared host: starts or adopts the trainer in the attempt's run folder, watches it, and is done when it ended with exit code 0 and its result
/// was read back from the store. A trainer that was killed is not started again here: a new attempt resumes from the last committed checkpoint.
/// </summary>
internal sealed class TrainingRunner(
    IHostConnector connector,
    IEnumerable<ITrainer> trainers,
    TrainingStart start,
    TrainingWatch watch,
    TrainingResult result,
    LastCheckpoint last,
    IOptions<TrainingOptions> options)
    : IStageRunner<StartTraining>
{
    public async Task<IStageEvent> RunAsync(StartTraining command, StageContext context, CancellationToken cancellationToken)
    {
        var trainer = Choose(command.Spec.Provider.Trainer);
        var host = connector.Connect(command.Prepared.Host);
        var folders = new TrainingFolders(command);
        var handle = await start.EnsureAsync(command, context, host, folders, cancellationToken);
        command = handle.Share?.Of(command) ?? command;
        await context.PublishAsync(new TrainingStarted { JobId = command.JobId, Attempt = command.Attempt, FromStep = handle.FromStep }, cancellationToken);

        var run = await watch.ToEndAsync(command, context, host, folders, handle, cancellationToken);
        if (run.Look is { State: RunState.Exited, ExitCode: 0 })
        {
            return await result.StoreAsync(command, trainer, host, folders, handle, run, cancellationToken);
        }

        // A vanished run may have left a command without its supervisor.
        await host.StopAsync(folders.Run, TimeSpan.Zero, cancellationToken);
        var end = await HostRuns.EndAsync(host, folders.Run, run.Look, cancellationToken);
        throw new StageException(trainer.Explain(new TrainerEnd(end.ExitCode, end.ErrorTail, await FreeDiskAsync(host, folders, cancellationToken))));
    }

    /// <summary>
    /// Ends the trainer, and deletes what only this attempt would have used; committed checkpoints stay. For a job that is paused the trainer may end its
    /// step and save it first, or its next checkpoint is waited for, and that one is committed too.
    /// </summary>
    public async Task CancelAsync(StartTraining command, StageContext context, CancellationToken cancellationToken)
    {
        var host = connector.Connect(command.Prepared.Host);
        var folders = new TrainingFolders(command);
        var grace = options.Value.StopGrace;
        if (context.KeepsProgress && Choose(command.Spec.Provider.Trainer).SavesWhenAsked)
        {
            grace = options.Value.PauseGrace;
        }
        else if (context.KeepsProgress)
        {
            await last.WaitForNextAsync(host, folders, options.Value.PauseGrace, cancellationToken);
        }

        await host.StopAsync(folders.Run, grace, cancellationToken);
        if (context.KeepsProgress)
        {
            await last.KeepAsync(context, host, folders, cancellationToken);
        }

        await host.DeleteAsync(folders.Output, cancellationToken);
    }

    private ITrainer Choose(string name) => trainers.FirstOrDefault(trainer => trainer.Name == name)
        ?? throw StageException.BadInput(
            "trainer_unknown", $"There is no trainer '{name}'. Set provider.trainer to one of: {string.Join(", ", trainers.Select(trainer => trainer.Name))}.");

    /// <summary>A full disk also swallows the message that would say so.</summary>
    private static async Task<long?> FreeDiskAsync(IComputeHost host, TrainingFolders folders, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new HostCommand { FileName = "df", Arguments = ["-Pk", folders.Attempt], TimeLimit = TimeSpan.FromMinutes(1) }, cancellationToken);
        return DiskReport.FreeBytes(result.StandardOutput);
    }
}

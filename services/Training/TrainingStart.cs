using System.Text;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Trainers;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Training.Checkpoints;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Training;

/// <summary>Starts the trainer of an attempt, from the last committed checkpoint, or adopts the one that runs, or ran, in the attempt's run folder.</summary>
internal sealed class TrainingStart(CheckpointArchive archive, TrainerLocator locator, IArtifactStore store, TimeProvider time, ILogger<TrainingStart> logger)
{
    private static readonly TimeSpan ShortestTime = TimeSpan.FromSeconds(1);

    public async Task<TrainingHandle> EnsureAsync(
        StartTraining command, StageContext context, IComputeHost host, TrainingFolders folders, CancellationToken cancellationToken)
    {
        var look = await host.LookAsync(folders.Run, cancellationToken);
        if (look.State != RunState.None)
        {
            // An intent is on record before anything is started, so a run without one is of a database that was restored from an older copy.
            var handle = TrainingHandle.Read(context.Handle) ?? await PlanAsync(command, folders, placed: null, cancellationToken);
            logger.Training(context.JobId, context.Attempt, "adopted", handle.FromStep);
            return handle;
        }

        var placed = await archive.PlaceLastAsync(
            command.JobId, host, folders.Checkpoint, command.Spec.Hyperparameters.PerDeviceTrainBatchSize, cancellationToken);
        await TidyAsync(host, folders, placed, cancellationToken);
        var share = placed is null ? null : CardShare.Between(command, placed.Cards);
        command = share?.Of(command) ?? command;
        var plan = await PlanAsync(command, folders, placed, cancellationToken) with { Share = share };
        var program = locator.Locate(command.Prepared);
        var start = program with { Arguments = [.. program.Arguments, "train", folders.Configuration], TimeLimit = TimeLeft(command) };
        await context.SaveHandleAsync(plan.Write(), cancellationToken);

        await using (var configuration = await store.OpenAsync(plan.Configuration.Sha256, cancellationToken))
        {
            await host.UploadAsync(configuration, folders.Configuration, cancellationToken);
        }

        await host.StartAsync(folders.Run, start, cancellationToken);
        logger.Training(context.JobId, context.Attempt, "started", plan.FromStep);
        return plan;
    }

    /// <summary>
    /// What lies in an output folder that no trainer of this attempt has written is not ours: LLaMA-Factory would go on from a checkpoint that it finds there, and add to a
    /// log.
    /// </summary>
    private async Task TidyAsync(IComputeHost host, TrainingFolders folders, PlacedCheckpoint? placed, CancellationToken cancellationToken)
    {
        HashSet<string> placedFolders = placed is null ? [] : [folders.Checkpoint(placed.Step), folders.Checkpoint(placed.BestStep ?? placed.Step)];
        var found = (await host.ListAsync(folders.Output, cancellationToken)).Select(file => $"{folders.Output}/{file.Path.Split('/')[0]}").Distinct();
        foreach (var path in found.Except(placedFolders))
        {
            logger.StaleOutput(path);
            await host.DeleteAsync(path, cancellationToken);
        }
    }

    /// <summary>Whatever of the job's time was used up before is gone. Never nothing: that the time is up is for the saga to say.</summary>
    private TimeSpan TimeLeft(StartTraining command)
    {
        var left = command.Deadline - time.GetUtcNow() ?? command.Spec.Budget.Deadline;
        return left > ShortestTime ? left : ShortestTime;
    }

    private async Task<TrainingHandle> PlanAsync(
        StartTraining command, TrainingFolders folders, PlacedCheckpoint? placed, CancellationToken cancellationToken)
    {
        var text = TrainingYaml.Of(TrainingSetup.Of(command, folders.Output, placed is null ? null : folders.Checkpoint(placed.Step)));
        var configuration = await store.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), cancellationToken);
        return new TrainingHandle(placed?.Step ?? 0, placed?.TotalSteps, placed?.Manifest, configuration, time.GetUtcNow());
    }
}

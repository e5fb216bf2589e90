using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>Keeps what a stopped training has reached: the checkpoint that it saved when it was asked to end, or the last one that it saved by itself.</summary>
internal sealed class LastCheckpoint(CheckpointArchive archive, TimeProvider time, ILogger<LastCheckpoint> logger)
{
    private const int Tries = 3;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Commits it, if a newer one is there than is committed. A store that stays away costs the steps since then, and does not hold up the end: a host
    /// that waits for it costs money.
    /// </summary>
    public async Task KeepAsync(StageContext context, IComputeHost host, TrainingFolders folders, CancellationToken cancellationToken)
    {
        var step = await NewestAsync(host, folders, cancellationToken);
        if (step <= await archive.LastStepAsync(context.JobId, cancellationToken))
        {
            return;
        }

        for (var tries = 1; !await TryAsync(context, host, folders, step, cancellationToken) && tries < Tries; tries++)
        {
            await Task.Delay(Wait, time, cancellationToken);
        }
    }

    /// <summary>For a trainer that saves only by itself: until it has, or has ended, or the time is up that a pause may cost.</summary>
    public async Task WaitForNextAsync(IComputeHost host, TrainingFolders folders, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var before = await NewestAsync(host, folders, cancellationToken);
        while (time.GetElapsedTime(began) < limit
            && (await host.LookAsync(folders.Run, cancellationToken)).State == RunState.Running
            && await NewestAsync(host, folders, cancellationToken) == before)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task<int> NewestAsync(IComputeHost host, TrainingFolders folders, CancellationToken cancellationToken) =>
        CheckpointFolders.Complete(await host.ListAsync(folders.Output, cancellationToken)).LastOrDefault();

    private async Task<bool> TryAsync(StageContext context, IComputeHost host, TrainingFolders folders, int step, CancellationToken cancellationToken)
    {
        try
        {
            if (await archive.CommitAsync(context, host, folders.Checkpoint, step, cancellationToken) is { } manifest)
            {
                logger.Committed(context.JobId, context.Attempt, step, manifest.Bytes);
                context.TellWithOutcome(new CheckpointCommitted { JobId = context.JobId, Attempt = context.Attempt, Step = step, Checkpoint = manifest });
            }

            return true;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or (IOException and not HostUnreachableException))
        {
            logger.NotKept(exception, context.JobId, context.Attempt, step);
            return false;
        }
    }
}

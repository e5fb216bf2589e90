using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Training.Data;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>Brings checkpoints from the host into the store and back. One exists when its row is committed; what lies on a host is not believed.</summary>
internal sealed class CheckpointArchive(CheckpointTable table, IArtifactStore store, TimeProvider time, ILogger<CheckpointArchive> logger)
{
    /// <summary>Steps of the checkpoints that this attempt has committed and that are kept, the oldest first.</summary>
    public async Task<IReadOnlyList<int>> CommittedByAsync(StageContext claim, CancellationToken cancellationToken) =>
        [.. (await table.NewestFirstAsync(claim.JobId, cancellationToken)).Where(row => row.Attempt == claim.Attempt).Select(row => row.Step).Order()];

    /// <summary>Step of the job's newest committed checkpoint; 0 if it has none.</summary>
    public async Task<int> LastStepAsync(string jobId, CancellationToken cancellationToken) =>
        (await table.NewestFirstAsync(jobId, cancellationToken)).Select(row => row.Step).FirstOrDefault();

    /// <summary>
    /// Copies every file, hashed on both sides, then commits under the current fence; before it the checkpoint that it names as the best, if that is not
    /// committed yet, because who goes on from the one needs the other. Null if the trainer deleted the folder meanwhile.
    /// </summary>
    public async Task<ArtifactReference?> CommitAsync(StageContext claim, IComputeHost host, Func<int, string> folderOf, int step, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await host.CollectAsync(store, folderOf(step), "checkpoint", _ => true, cancellationToken);
            var best = (await StoredState.ReadAsync(store, await store.LoadManifestAsync(manifest, cancellationToken), cancellationToken))?.BestStep;
            if (best is { } bestStep && bestStep != step && await FindAsync(claim.JobId, bestStep, cancellationToken) is null)
            {
                var bestManifest = await host.CollectAsync(store, folderOf(bestStep), "checkpoint", _ => true, cancellationToken);
                await table.CommitAsync(claim, bestStep, bestManifest, bestStep, time.GetUtcNow(), cancellationToken);
            }

            await table.CommitAsync(claim, step, manifest, best, time.GetUtcNow(), cancellationToken);
            return manifest;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Puts the newest committed checkpoint that the store still has whole into its folder on the host, with the job's present micro-batch, and beside it the
    /// one that it names as the best. Null if there is none: training begins anew.
    /// </summary>
    public async Task<PlacedCheckpoint?> PlaceLastAsync(
        string jobId, IComputeHost host, Func<int, string> folderOf, int batchSize, CancellationToken cancellationToken)
    {
        foreach (var row in await table.NewestFirstAsync(jobId, cancellationToken))
        {
            var manifest = new ArtifactReference(row.ManifestSha256, row.ManifestBytes);
            try
            {
                await host.PlaceAsync(store, manifest, folderOf(row.Step), cancellationToken);
                var files = (await store.LoadManifestAsync(manifest, cancellationToken)).Files.Select(file => file.Path);
                var state = await FitAsync(jobId, host, folderOf, row.Step, batchSize, cancellationToken);
                return new PlacedCheckpoint(row.Step, manifest, state?.TotalSteps, state?.BestStep, CheckpointFolders.Processes(files));
            }
            catch (Exception exception) when (IsLost(exception) || exception is BestCheckpointMissingException)
            {
                logger.CheckpointUnusable(exception, jobId, row.Step);
                await host.DeleteAsync(folderOf(row.Step), cancellationToken);
            }
        }

        return null;
    }

    /// <summary>The committed checkpoint of a step; null if it is not kept.</summary>
    public async Task<ArtifactReference?> FindAsync(string jobId, int step, CancellationToken cancellationToken) =>
        (await table.NewestFirstAsync(jobId, cancellationToken)).FirstOrDefault(row => row.Step == step) is { } row
            ? new ArtifactReference(row.ManifestSha256, row.ManifestBytes)
            : null;

    /// <summary>Whole or not at all: what lies in the output folder may be taken for a checkpoint of this attempt.</summary>
    private async Task PlaceBestAsync(IComputeHost host, ArtifactReference manifest, string folder, CancellationToken cancellationToken)
    {
        try
        {
            await host.PlaceAsync(store, manifest, folder, cancellationToken);
        }
        catch (Exception exception) when (IsLost(exception))
        {
            await host.DeleteAsync(folder, cancellationToken);
            throw;
        }
    }

    private static bool IsLost(Exception exception) => exception is ArtifactMissingException or ArtifactCorruptException or ManifestInvalidException;

    private async Task<CheckpointState?> FitAsync(string jobId, IComputeHost host, Func<int, string> folderOf, int step, int batchSize, CancellationToken cancellationToken)
    {
        var path = $"{folderOf(step)}/{CheckpointFolders.StateFile}";
        var state = CheckpointState.Read(await host.ReadAsync(path, 0, CheckpointState.LargestBytes, cancellationToken));
        if (state?.BestStep is { } best && best != step)
        {
            var manifest = await FindAsync(jobId, best, cancellationToken) ?? throw new BestCheckpointMissingException(step, best);
            await PlaceBestAsync(host, manifest, folderOf(best), cancellationToken);
        }

        if (state?.Fitted(batchSize, state.BestStep is { } bestStep ? folderOf(bestStep) : null) is { } fitted)
        {
            await host.UploadAsync(new MemoryStream(fitted), path, cancellationToken);
        }

        return state;
    }
}

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
    private const int LargestStateBytes = 64 << 20;

    /// <summary>Steps of the checkpoints that this attempt has committed and that are kept, the oldest first.</summary>
    public async Task<IReadOnlyList<int>> CommittedByAsync(StageContext claim, CancellationToken cancellationToken) =>
        [.. (await table.NewestFirstAsync(claim.JobId, cancellationToken)).Where(row => row.Attempt == claim.Attempt).Select(row => row.Step).Order()];

    /// <summary>Step of the job's newest committed checkpoint; 0 if it has none.</summary>
    public async Task<int> LastStepAsync(string jobId, CancellationToken cancellationToken) =>
        (await table.NewestFirstAsync(jobId, cancellationToken)).Select(row => row.Step).FirstOrDefault();

    /// <summary>Copies every file, hashed on both sides, then commits under the current fence. Null if the trainer deleted the folder meanwhile.</summary>
    public async Task<ArtifactReference?> CommitAsync(StageContext claim, IComputeHost host, string folder, int step, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await host.CollectAsync(store, folder, "checkpoint", _ => true, cancellationToken);
            await table.CommitAsync(claim, step, manifest, time.GetUtcNow(), cancellationToken);
            return manifest;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Puts the newest committed checkpoint that the store still has whole into its folder on the host, with the job's present micro-batch.
    /// Null if there is none: training begins anew.
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
                return new PlacedCheckpoint(row.Step, manifest, await AdaptAsync(host, folderOf(row.Step), batchSize, cancellationToken));
            }
            catch (Exception exception) when (exception is ArtifactMissingException or ArtifactCorruptException or ManifestInvalidException)
            {
                logger.CheckpointUnusable(exception, jobId, row.Step);
                await host.DeleteAsync(folderOf(row.Step), cancellationToken);
            }
        }

        return null;
    }

    private static async Task<int?> AdaptAsync(IComputeHost host, string folder, int batchSize, CancellationToken cancellationToken)
    {
        var path = $"{folder}/{CheckpointFolders.StateFile}";
        var state = CheckpointState.Read(await host.ReadAsync(path, 0, LargestStateBytes, cancellationToken));
        if (state?.WithBatchSize(batchSize) is { } adapted)
        {
            await host.UploadAsync(new MemoryStream(adapted), path, cancellationToken);
        }

        return state?.TotalSteps;
    }
}

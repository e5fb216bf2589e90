using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Training.Data;

/// <summary>The committed checkpoints of all jobs.</summary>
internal sealed class CheckpointTable(IDbContextFactory<TrainingDbContext> databases, ClaimedWrites<TrainingDbContext> writes)
{
    /// <summary>Checkpoints of a job that stay committed. The blobs of older ones are left alone: other manifests may name the same bytes.</summary>
    private const int Kept = 2;

    /// <summary>The job's committed checkpoints, of whatever attempt, the newest first.</summary>
    public async Task<IReadOnlyList<CheckpointRow>> NewestFirstAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Checkpoints.AsNoTracking().Where(row => row.JobId == jobId).OrderByDescending(row => row.Step).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Commits a checkpoint whose files are all in the store. The claim is looked at and the row written in one transaction: a runner that lost its claim
    /// meanwhile, or whose attempt a newer one or a cancel closes, commits nothing; one that ends an attempt and keeps its progress does.
    /// </summary>
    /// <param name="best">Step of the checkpoint that this one names as the best, which stays however old it is; null if it names none.</param>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public Task CommitAsync(StageContext claim, int step, ArtifactReference manifest, int? best, DateTimeOffset now, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Train,
        async database =>
        {
            var rows = await database.Checkpoints.Where(row => row.JobId == claim.JobId).OrderByDescending(row => row.Step).ToListAsync(CancellationToken.None);
            database.Checkpoints.RemoveRange(rows.Where(row => row.Step != step && row.Step != best).Skip(Kept - 1));
            var checkpoint = rows.FirstOrDefault(row => row.Step == step);
            if (checkpoint is null)
            {
                database.Checkpoints.Add(checkpoint = new CheckpointRow { JobId = claim.JobId, Step = step, ManifestSha256 = manifest.Sha256 });
            }

            (checkpoint.Attempt, checkpoint.Fence, checkpoint.ManifestSha256, checkpoint.ManifestBytes, checkpoint.CommittedAt) =
                (claim.Attempt, claim.Fence, manifest.Sha256, manifest.Bytes, now);
            return checkpoint;
        },
        cancellationToken,
        wanted: !claim.KeepsProgress);
}

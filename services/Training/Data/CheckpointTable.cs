using System.Data;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Training.Data;

/// <summary>The committed checkpoints of all jobs.</summary>
internal sealed class CheckpointTable(IDbContextFactory<TrainingDbContext> databases)
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
    /// Commits a checkpoint whose files are all in the store. The claim is looked at and the row written in one transaction that is a writer from its
    /// beginning: a runner that lost its claim meanwhile, or whose attempt a newer one or a cancel closes, commits nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public async Task CommitAsync(StageContext claim, int step, ArtifactReference manifest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellationToken);
        var ours = await database.StageRuns.AnyAsync(
            run => run.JobId == claim.JobId && run.Stage == Stage.Train && run.Attempt == claim.Attempt && run.Fence == claim.Fence
                   && run.State == StageRunState.Open,
            cancellationToken);
        if (!ours)
        {
            throw new OperationCanceledException($"The claim of {claim.JobId} Train attempt {claim.Attempt} (fence {claim.Fence}) is gone.");
        }

        var rows = await database.Checkpoints.Where(row => row.JobId == claim.JobId).OrderByDescending(row => row.Step).ToListAsync(cancellationToken);
        database.Checkpoints.RemoveRange(rows.Where(row => row.Step != step).Skip(Kept - 1));
        if (rows.FirstOrDefault(row => row.Step == step) is { } known)
        {
            (known.Attempt, known.Fence, known.ManifestSha256, known.ManifestBytes, known.CommittedAt) = (claim.Attempt, claim.Fence, manifest.Sha256, manifest.Bytes, now);
        }
        else
        {
            database.Checkpoints.Add(new CheckpointRow
            {
                JobId = claim.JobId,
                Step = step,
                Attempt = claim.Attempt,
                Fence = claim.Fence,
                ManifestSha256 = manifest.Sha256,
                ManifestBytes = manifest.Bytes,
                CommittedAt = now,
            });
        }

        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Training.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>The checkpoints that a job can go on from.</summary>
internal sealed class CommittedCheckpoints(IDbContextFactory<TrainingDbContext> databases)
{
    /// <summary>The one with the most steps, or null.</summary>
    public async Task<(int Step, ArtifactReference Manifest)?> LatestAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Checkpoints.AsNoTracking()
            .Where(checkpoint => checkpoint.JobId == jobId).OrderByDescending(checkpoint => checkpoint.Step).FirstOrDefaultAsync(cancellationToken);
        return row is null ? null : (row.Step, new ArtifactReference(row.ManifestSha256, row.ManifestBytes));
    }

    /// <summary>Commits, if the claim is still the current one of its attempt; a late claim changes nothing and gets false.</summary>
    public async Task<bool> CommitAsync(StageContext context, int step, ArtifactReference manifest, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var written = await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO checkpoints ("JobId", "Step", "Attempt", "Fence", "ManifestSha256", "ManifestBytes")
            SELECT {context.JobId}, {step}, {context.Attempt}, {context.Fence}, {manifest.Sha256}, {manifest.Bytes}
            WHERE EXISTS (
                SELECT 1 FROM stage_runs
                WHERE "JobId" = {context.JobId} AND "Stage" = 'Train' AND "Attempt" = {context.Attempt} AND "Fence" = {context.Fence} AND "State" = 'Open')
            ON CONFLICT ("JobId", "Step") DO UPDATE SET
                "Attempt" = excluded."Attempt", "Fence" = excluded."Fence",
                "ManifestSha256" = excluded."ManifestSha256", "ManifestBytes" = excluded."ManifestBytes"
            """,
            cancellationToken);
        return written == 1;
    }
}

using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Orchestrator.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Orchestrator.Data;

/// <summary>Which jobs are at their end, with no host left to release.</summary>
internal sealed class FinishedJobs(IDbContextFactory<OrchestratorDbContext> databases, TimeProvider time) : IFinishedJobs
{
    public async Task<IReadOnlyCollection<string>> SelectAsync(IReadOnlyCollection<string> jobIds, TimeSpan forAtLeast, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - forAtLeast;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var live = await database.Jobs.AsNoTracking()
            .Where(job => jobIds.Contains(job.JobId) && (!FineTuneStateMachine.AtEnd.Contains(job.CurrentState) || job.LeaseId != null || job.ChangedAt > before))
            .Select(job => job.JobId).ToListAsync(cancellationToken);
        return [.. jobIds.Except(live)];
    }
}

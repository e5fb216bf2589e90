using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Orchestrator.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Orchestrator.Data;

/// <summary>Jobs that are neither at their end nor paused, or may still hold a paid host, and of which nothing was heard for long.</summary>
internal sealed class SilentJobs(IDbContextFactory<OrchestratorDbContext> databases, ServiceOutbox<OrchestratorDbContext> outbox)
{
    /// <summary>Those whose newest change is not younger than <paramref name="before"/>, or of a time that has not come yet, with its time.</summary>
    /// <param name="before">Since when nothing was heard.</param>
    /// <param name="after">A change that is younger was written before the clock was set back.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<IReadOnlyList<(string JobId, DateTimeOffset ChangedAt)>> SelectAsync(
        DateTimeOffset before, DateTimeOffset after, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var silent = await database.Jobs.AsNoTracking()
            .Where(job => (job.ChangedAt <= before || job.ChangedAt > after) && (!FineTuneStateMachine.AtRest.Contains(job.CurrentState) || job.LeaseId != null))
            .Select(job => new { job.JobId, job.ChangedAt }).ToListAsync(cancellationToken);
        return [.. silent.Select(job => (job.JobId, job.ChangedAt))];
    }

    /// <summary>Tells their sagas, in one transaction.</summary>
    public async Task AskAsync(IEnumerable<string> jobIds, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var jobId in jobIds)
        {
            await outbox.SendAsync(database, StageQueues.OrchestratorAddress, new AskAgain { JobId = jobId }, cancellationToken);
        }

        await outbox.SaveAsync(database, cancellationToken);
    }
}

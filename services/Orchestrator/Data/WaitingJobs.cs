using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Orchestrator.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Orchestrator.Data;

/// <summary>Jobs that wait for the next attempt of a stage.</summary>
internal sealed class WaitingJobs(IDbContextFactory<OrchestratorDbContext> databases)
{
    private static readonly Stage[] WithoutHost = [Stage.Provision, Stage.Prepare, Stage.Train, Stage.Evaluate, Stage.Convert];

    /// <summary>Those that wait to take a host, the longest first.</summary>
    public async Task<IReadOnlyList<string>> ForHostAsync(int most, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs.AsNoTracking()
            .Where(job => job.CurrentState == nameof(FineTuneStateMachine.Waiting) && job.LeaseId == null && WithoutHost.Contains(job.Stage))
            .OrderBy(job => job.ChangedAt).Select(job => job.JobId).Take(most).ToListAsync(cancellationToken);
    }
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Stores how an attempt ended, and sends the events that tell of it, in one transaction.</summary>
internal sealed class StageOutcomes<TDb>(IDbContextFactory<TDb> databases, StageRunTable<TDb> table, ServiceOutbox<TDb> outbox)
    where TDb : ServiceDbContext
{
    /// <summary>Tells that an attempt goes on under another claim; nothing is told if the claim is lost.</summary>
    public async Task ResumeAsync(StageRun claim, CancellationToken cancellationToken)
    {
        var resumed = new StageResumed { JobId = claim.JobId, Stage = claim.Stage, Attempt = claim.Attempt, Entry = claim.Entries };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await outbox.PublishAsync(database, resumed, cancellationToken);
        await outbox.SaveAsync(database, _ => table.HoldsAsync(claim, cancellationToken), cancellationToken);
    }

    /// <summary>False: the claim was lost or the attempt cancelled meanwhile, and nothing was written or sent.</summary>
    public async Task<bool> FinishAsync(
        StageRun claim, StageRunState from, IReadOnlyList<IStageEvent> before, IStageEvent outcome, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var told in before)
        {
            await outbox.PublishAsync(database, told, cancellationToken);
        }

        await outbox.PublishAsync(database, outcome, cancellationToken);
        return await outbox.SaveAsync(database, session => StageRunTable<TDb>.FinishAsync(session, claim, from, outcome), cancellationToken);
    }
}

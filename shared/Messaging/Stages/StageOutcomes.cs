using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Stores how an attempt ended, and sends the event that tells of it, in one transaction.</summary>
internal sealed class StageOutcomes<TDb>(IDbContextFactory<TDb> databases, StageRunTable<TDb> table, ServiceOutbox<TDb> outbox)
    where TDb : ServiceDbContext
{
    /// <summary>False: the claim was lost or the attempt cancelled meanwhile, and nothing was written or sent.</summary>
    public async Task<bool> FinishAsync(StageRun claim, StageRunState from, IStageEvent outcome, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await outbox.PublishAsync(database, outcome, cancellationToken);
        return await outbox.SaveAsync(database, () => table.FinishAsync(database, claim, from, outcome, cancellationToken), cancellationToken);
    }
}

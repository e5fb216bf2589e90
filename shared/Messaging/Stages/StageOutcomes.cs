using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Publishes stored outcomes. Sent at least once: a repeated event finds the saga past it.</summary>
internal sealed class StageOutcomes<TDb>(StageRunTable<TDb> table, IBus bus)
    where TDb : ServiceDbContext
{
    public async Task PublishAsync(StageRun run, CancellationToken cancellationToken)
    {
        var stageEvent = StageMessages.ReadEvent(run.OutcomeType!, run.Outcome!);
        await bus.Publish(stageEvent, stageEvent.GetType(), cancellationToken);
        await table.MarkPublishedAsync(run, cancellationToken);
    }
}

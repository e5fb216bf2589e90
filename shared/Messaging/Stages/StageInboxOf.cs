using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>The inbox of one stage over its service's database.</summary>
internal sealed class StageInboxOf<TCommand, TDb>(
    StageRunTable<TDb> table, StageOutcomes<TDb> outcomes, StageSettings<TCommand> settings, StageSignal<TCommand> signal, IBus bus)
    : StageInbox<TCommand>
    where TCommand : class, IStageCommand
    where TDb : ServiceDbContext
{
    public override async Task AcceptAsync(TCommand command, CancellationToken cancellationToken)
    {
        var newest = await table.AcceptAsync(command.JobId, settings.Stage, command.Attempt, StageMessages.Write(command), cancellationToken);
        var row = newest.Attempt == command.Attempt
            ? newest
            : await table.FindAsync(command.JobId, settings.Stage, command.Attempt, cancellationToken);
        signal.Set();

        switch (row?.State)
        {
            case StageRunState.Open or StageRunState.Closing:
                return;
            case StageRunState.Finished:
                await outcomes.PublishAsync(row, cancellationToken);
                return;
            default:
                await PublishCancelledAsync(command.JobId, command.Attempt, cancellationToken);
                return;
        }
    }

    public override async Task CancelAsync(CancelStage cancel, CancellationToken cancellationToken)
    {
        var row = await table.CancelAsync(cancel.JobId, settings.Stage, cancel.Attempt, cancellationToken);
        if (row is null or { State: StageRunState.Closed })
        {
            await PublishCancelledAsync(cancel.JobId, cancel.Attempt, cancellationToken);
        }

        signal.Set();
    }

    private Task PublishCancelledAsync(string jobId, int attempt, CancellationToken cancellationToken) =>
        bus.Publish(new StageCancelled { JobId = jobId, Stage = settings.Stage, Attempt = attempt }, cancellationToken);
}

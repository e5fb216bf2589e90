using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>The inbox of one stage over its service's database, in one consume.</summary>
internal sealed class StageInboxOf<TCommand, TDb>(
    TDb database,
    StageRunTable<TDb> table,
    StageSettings<TCommand> settings,
    StageSignal<TCommand> signal,
    StageRunner<TCommand, TDb> runner,
    IPublishEndpoint publish) : StageInbox<TCommand>, IDisposable
    where TCommand : class, IStageCommand
    where TDb : ServiceDbContext
{
    private bool _closes;
    private StageReservation? _reservation;
    private StageRun? _claimed;

    /// <summary>The consume is over: what has not begun was not written, as far as is known.</summary>
    public void Dispose() => _reservation?.End(null);

    internal override async Task AcceptAsync(WriteSession session, TCommand command, CancellationToken cancellationToken)
    {
        _reservation?.End(null);
        _reservation = runner.TryReserve(command.JobId, command.Attempt);
        var (row, claimed) = await table.AcceptAsync(session, database, command.JobId, settings.Stage, command.Attempt, StageMessages.Write(command), _reservation?.Owner);
        _claimed = claimed ? row : null;
        _closes = command.Attempt > 1;
        switch (row?.State)
        {
            case StageRunState.Open or StageRunState.Closing:
                return;
            case StageRunState.Finished:
                var outcome = StageMessages.ReadEvent(row.OutcomeType!, row.Outcome!);
                await publish.Publish(outcome, outcome.GetType(), cancellationToken);
                return;
            default:
                await PublishCancelledAsync(command.JobId, command.Attempt, cancellationToken);
                return;
        }
    }

    internal override async Task CancelAsync(WriteSession session, CancelStage cancel, CancellationToken cancellationToken)
    {
        var row = await table.CancelAsync(session, database, cancel.JobId, settings.Stage, cancel.Attempt, cancel.HostIsLost, cancel.KeepProgress);
        _closes = true;
        if (row is null or { State: StageRunState.Closed })
        {
            await PublishCancelledAsync(cancel.JobId, cancel.Attempt, cancellationToken);
        }
    }

    internal override void Committed()
    {
        if (_claimed is not null)
        {
            _reservation!.End(_claimed);
        }
        else
        {
            signal.Set(_closes);
        }
    }

    private Task PublishCancelledAsync(string jobId, int attempt, CancellationToken cancellationToken) =>
        publish.Publish(new StageCancelled { JobId = jobId, Stage = settings.Stage, Attempt = attempt }, cancellationToken);
}

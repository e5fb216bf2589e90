using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>A claimed row and the tokens that fire when the claim, or the wish for its work, is gone.</summary>
internal sealed class StageClaim<TDb> : StageContext, IDisposable
    where TDb : ServiceDbContext
{
    private readonly StageRunTable<TDb> _table;
    private readonly IBus _bus;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _held;
    private readonly CancellationTokenSource _wanted;
    private bool _disposed;
    private string? _handle;

    public StageClaim(StageRun row, StageRunTable<TDb> table, IBus bus, ILogger logger, CancellationToken stopping)
    {
        (_table, _bus, _logger, Row, _handle, Closing) = (table, bus, logger, row, row.Handle, row.State == StageRunState.Closing);
        _held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _wanted = CancellationTokenSource.CreateLinkedTokenSource(_held.Token);
        (Held, Wanted) = (_held.Token, _wanted.Token);
    }

    public StageRun Row { get; }

    public override string JobId => Row.JobId;

    public override int Attempt => Row.Attempt;

    public override long Fence => Row.Fence;

    public override bool KeepsProgress => Row is { State: StageRunState.Closing, KeepProgress: true };

    public override string? Handle => _handle;

    /// <summary>Fires when nothing at all may be done any more: claim lost, or process stopping.</summary>
    public CancellationToken Held { get; }

    /// <summary>Fires when the stage's work must stop: as <see cref="Held"/>, or because the attempt is to be ended.</summary>
    public CancellationToken Wanted { get; }

    /// <summary>The database said that this attempt is to be ended.</summary>
    public bool Closing { get; private set; }

    /// <summary>Another may hold the claim, or may soon.</summary>
    public bool Lost { get; private set; }

    public void Close()
    {
        Closing = true;
        Cancel(_wanted);
    }

    public void Lose()
    {
        Lost = true;
        Cancel(_held);
    }

    public override async Task SaveHandleAsync(string handle, CancellationToken cancellationToken)
    {
        if (!await _table.SaveHandleAsync(Row, handle, cancellationToken))
        {
            throw Gone();
        }

        _handle = handle;
        MessagingPoints.Reach(MessagingPoints.StageIntentSaved, JobId);
    }

    public override async Task PublishAsync(IStageEvent stageEvent, CancellationToken cancellationToken)
    {
        // A process that slept does not know that another has its claim: what it would tell is old.
        if (!await _table.HoldsAsync(Row, cancellationToken))
        {
            throw Gone();
        }

        if (await _bus.TryPublishAsync(stageEvent, cancellationToken) is { } exception)
        {
            _logger.NotTold(exception, JobId, Row.Stage, Attempt);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _wanted.Dispose();
            _held.Dispose();
        }
    }

    private OperationCanceledException Gone()
    {
        Cancel(_wanted);
        return new OperationCanceledException($"The claim of {JobId} {Row.Stage} attempt {Attempt} (fence {Fence}) is gone.", Wanted);
    }

    /// <summary>Asked for by the runner's loop and its clock, which neither wait for what hangs on the token nor know whether the work just ended.</summary>
    private void Cancel(CancellationTokenSource source)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _ = source.CancelAsync();
            }
        }
    }
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>A claimed row and the token that fires when the claim, or the wish for its work, is gone.</summary>
internal sealed class StageClaim<TDb>(StageRun row, StageRunTable<TDb> table, IBus bus, CancellationToken stopping) : StageContext, IDisposable
    where TDb : ServiceDbContext
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private string? _handle = row.Handle;

    public StageRun Row { get; } = row;

    public override string JobId => Row.JobId;

    public override int Attempt => Row.Attempt;

    public override long Fence => Row.Fence;

    public override string? Handle => _handle;

    /// <summary>Fires when the runner must stop: claim lost, attempt closing, or process stopping.</summary>
    public CancellationToken Token => _ended.Token;

    /// <summary>The database said that this attempt is to be ended.</summary>
    public bool Closing { get; private set; } = row.State == StageRunState.Closing;

    public bool Lost { get; private set; }

    public void Close()
    {
        Closing = true;
        _ended.Cancel();
    }

    public void Lose()
    {
        Lost = true;
        _ended.Cancel();
    }

    public override async Task SaveHandleAsync(string handle, CancellationToken cancellationToken)
    {
        if (!await table.SaveHandleAsync(Row, handle, cancellationToken))
        {
            await _ended.CancelAsync();
            throw new OperationCanceledException($"The claim of {JobId} {Row.Stage} attempt {Attempt} (fence {Fence}) is gone.", _ended.Token);
        }

        _handle = handle;
    }

    public override Task PublishAsync(IStageEvent stageEvent, CancellationToken cancellationToken) =>
        bus.Publish(stageEvent, stageEvent.GetType(), cancellationToken);

    public void Dispose() => _ended.Dispose();
}

namespace FineTunePipeline.Messaging;

/// <summary>A place that was waited for; it is free again when this is disposed of.</summary>
internal sealed class Turn : IDisposable
{
    private readonly SemaphoreSlim _turns;

    private Turn(SemaphoreSlim turns) => _turns = turns;

    public static async Task<IDisposable> TakeAsync(SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        return new Turn(turns);
    }

    public void Dispose() => _turns.Release();
}

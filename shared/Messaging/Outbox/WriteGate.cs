namespace FineTunePipeline.Messaging.Outbox;

/// <summary>SQLite has one writer: the writers of a database wait here for each other without holding a thread, as they would in its busy handler.</summary>
internal sealed class WriteGate<TDb> : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new Entered(_gate);
    }

    public void Dispose() => _gate.Dispose();

    private sealed class Entered(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

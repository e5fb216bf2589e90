using FineTunePipeline.Hosts.Ssh.Commands;

namespace FineTunePipeline.Hosts.Ssh.Transfers;

/// <summary>Ends a transfer on which nothing moves for <see cref="SshOptions.CallTimeout"/>.</summary>
internal sealed class StallLimit : IDisposable
{
    private readonly RemoteCalls _calls;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _either;

    public StallLimit(RemoteCalls calls, CancellationToken cancellationToken)
    {
        (_calls, _caller) = (calls, cancellationToken);
        _stall = new CancellationTokenSource(calls.Options.CallTimeout, calls.Pool.Time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stall.Token);
    }

    /// <summary>The caller's, and that of the limit.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Something moved.</summary>
    public void Moved() => _stall.CancelAfter(_calls.Options.CallTimeout);

    /// <summary>Allows one wait of another length.</summary>
    public void Allow(TimeSpan limit) => _stall.CancelAfter(limit);

    /// <summary>Is it that the limit passed, and not that the caller gave up?</summary>
    public bool Explains(Exception exception) => exception is OperationCanceledException && _stall.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _stall.Dispose();
    }
}

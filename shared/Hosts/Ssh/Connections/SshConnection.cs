using Renci.SshNet;
using Renci.SshNet.Common;

namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>
/// One logged-in connection. While it is used and the host is silent it is asked for a sign of life; without one in time it is cut, and every call on it
/// fails as unreachable.
/// </summary>
internal sealed class SshConnection : IAsyncDisposable
{
    private readonly SshEndpoint _endpoint;
    private readonly SshWire _wire;
    private readonly SshOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _watch;
    private int _calls;

    public SshConnection(SshEndpoint endpoint, SshWire wire, SshClient client, SshOptions options, TimeProvider time)
    {
        (_endpoint, _wire, Client, _options, _time) = (endpoint, wire, client, options, time);
        IdleSince = time.GetTimestamp();
        _watch = WatchAsync();
    }

    public SshClient Client { get; }

    /// <summary>Calls that use it now. Changed by the pool alone.</summary>
    public int Calls { get => Volatile.Read(ref _calls); set => Volatile.Write(ref _calls, value); }

    /// <summary>Timestamp of the end of the last call. Changed by the pool alone.</summary>
    public long IdleSince { get; set; }

    public bool IsDead => _wire.IsCut;

    /// <summary>The host sent nothing for so long that it must be asked before it is relied on.</summary>
    public bool IsQuiet => _wire.Silence > _options.ProbeAfter;

    /// <summary>What a call throws that failed because of this connection.</summary>
    public HostUnreachableException Lost(Exception? cause) => new(
        $"The connection to {_endpoint} was lost: {_wire.Fault ?? cause?.Message ?? "the host ended it"}. That says nothing about what runs there.", cause);

    /// <summary>Asks the host for a sign of life, and cuts the connection if none comes in time.</summary>
    public async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        var answer = Task.Factory.StartNew(AskAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        await Task.WhenAny(answer, Task.Delay(_options.ProbeTimeout, _time, cancellationToken)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        // Any byte will do, also of other calls: on a slow line the answer may wait behind them.
        if (!_wire.IsCut && _wire.Silence >= _time.GetElapsedTime(asked))
        {
            _wire.Cut(FormattableString.Invariant($"the host gave no sign of life for {_wire.Silence.TotalSeconds:0.0} s"));
        }

        return !_wire.IsCut;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);

        // A polite goodbye first; one that hangs ends with the wire, and one that fails says only that the host was gone already.
        var goodbye = Task.Factory.StartNew(Client.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(goodbye, Task.Delay(TimeSpan.FromSeconds(1), _time, CancellationToken.None)).ConfigureAwait(false);
        await _wire.DisposeAsync().ConfigureAwait(false);
        await goodbye.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AskAsync()
    {
        try
        {
            using var command = Client.CreateCommand("true");
            await command.ExecuteAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsConnectionFault(exception))
        {
            // The wire knows whether a byte came; a refused channel is an answer too.
            _wire.Cut(exception.Message, onlyIf: !Client.IsConnected);
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.ProbeAfter / 2, _time);
        try
        {
            while (!_wire.IsCut && await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                if (Calls > 0 && IsQuiet)
                {
                    await ProbeAsync(_closing.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is being closed: there is nothing to watch any more.
            return;
        }
    }

    /// <summary>What SSH.NET throws when a connection breaks under it, at whatever point.</summary>
    public static bool IsConnectionFault(Exception exception) =>
        exception is SshException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException or IOException and not HostUnreachableException;
}

using System.Net;
using System.Net.Sockets;

namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>
/// The TCP connection to an SSH server, which SSH.NET reaches through a port of loopback. SSH.NET gives nobody its socket: it does not notice a dead peer, and
/// while a send hangs it cannot even be disposed. Here we see when the peer last sent a byte, and can cut the connection at any moment; all that waits on it
/// in SSH.NET then fails at once. What passes is encrypted and authenticated by SSH from end to end.
/// </summary>
internal sealed class SshWire : IAsyncDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly TimeProvider _time;
    private readonly Socket _remote;
    private readonly ForwardedPort? _way;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _relay;
    private Socket? _local;
    private long _lastReceived;
    private int _isCut;

    private SshWire(Socket remote, ForwardedPort? way, TimeProvider time)
    {
        (_remote, _way, _time) = (remote, way, time);
        _lastReceived = time.GetTimestamp();
        _listener.Start(1);
        LocalEndpoint = (IPEndPoint)_listener.LocalEndpoint;
        _relay = RelayAsync();
    }

    /// <summary>Where SSH.NET connects to, once.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>For how long the peer has sent nothing.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Interlocked.Read(ref _lastReceived));

    /// <summary>Why the connection ended, if we know; null while it lasts.</summary>
    public string? Fault { get; private set; }

    public bool IsCut => Volatile.Read(ref _isCut) != 0;

    /// <param name="endpoint">The server.</param>
    /// <param name="jump">Opens the way over its jump host; null: there is none.</param>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="HostUnreachableException">Its jump host or its proxy cannot be reached, or the proxy cannot reach it.</exception>
    public static async Task<SshWire> ConnectAsync(
        SshEndpoint endpoint, Func<CancellationToken, Task<ForwardedPort>>? jump, TimeProvider time, CancellationToken cancellationToken)
    {
        var way = jump is null ? null : await jump(cancellationToken).ConfigureAwait(false);
        var remote = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await (way is not null ? remote.ConnectAsync(IPAddress.Loopback, way.Port, cancellationToken).AsTask()
                : endpoint.Proxy is { } proxy ? SocksWay.ConnectAsync(remote, proxy, endpoint.Host, endpoint.Port, cancellationToken)
                : remote.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken).AsTask()).ConfigureAwait(false);
            return new SshWire(remote, way, time);
        }
        catch
        {
            remote.Dispose();
            await (way?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the connection now. The first reason stays.</summary>
    public void Cut(string reason, bool onlyIf = true)
    {
        if (!onlyIf || Interlocked.Exchange(ref _isCut, 1) != 0)
        {
            return;
        }

        Fault = reason;
        _listener.Stop();
        _remote.Dispose();
        _local?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Cut("it was closed here");
        await _relay.ConfigureAwait(false);
        await (_way?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
    }

    private async Task RelayAsync()
    {
        try
        {
            var local = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            _local = local;
            local.NoDelay = true;
            _listener.Stop();
            if (IsCut)
            {
                local.Dispose();
            }

            // On threads of their own: SSH.NET blocks threads of the pool while it waits for what comes this way, and must not be able to block all of them.
            var (up, down) = (OnThread(() => Copy(local, _remote, isFromPeer: false)), OnThread(() => Copy(_remote, local, isFromPeer: true)));
            var first = await Task.WhenAny(up, down).ConfigureAwait(false);
            if (!first.IsFaulted)
            {
                Cut(first == down ? "the host closed it" : "it was closed here");
            }

            await Task.WhenAll(up, down).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Cut(exception.Message);
        }
    }

    private static Task OnThread(Action copy) => Task.Factory.StartNew(copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Copy(Socket from, Socket to, bool isFromPeer)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = from.Receive(buffer)) > 0)
        {
            if (isFromPeer)
            {
                Interlocked.Exchange(ref _lastReceived, _time.GetTimestamp());
            }

            for (var sent = 0; sent < read;)
            {
                sent += to.Send(buffer.AsSpan(sent, read - sent));
            }
        }
    }
}

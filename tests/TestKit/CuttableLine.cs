using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FineTunePipeline.TestKit;

/// <summary>
/// A port of loopback that leads to another one, over a line that can be cut: silently (connections stay and carry nothing, new ones get no answer), or with
/// resets (the near end of a line whose far end is gone).
/// </summary>
public sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _near = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isCut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _resets;
    private long _bytesLeft = long.MaxValue;

    /// <summary>Where it leads when it is joined.</summary>
    private volatile int _target;

    /// <summary>It is cut until it is joined.</summary>
    public CuttableLine()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends when it was cut by itself (<see cref="CutAfter"/>).</summary>
    public Task IsCut => _isCut.Task;

    /// <summary>Has it cut itself, with resets, once so many bytes more have come to it, both ways together: the last of them are not passed on.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesLeft, bytes);

    /// <param name="resets">Connections break, and new ones do; else nobody hears anything any more.</param>
    public void Cut(bool resets)
    {
        if (_open.Task.IsCompleted)
        {
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _resets = resets;
        if (resets)
        {
            Reset();
        }
    }

    /// <param name="target">Port of loopback.</param>
    /// <param name="forgets">Connections of before are known to nobody any more, as behind a router that was started anew, or at a machine that was.</param>
    public void Join(int target, bool forgets)
    {
        if (forgets)
        {
            Reset();
        }

        (_target, _resets) = (target, false);
        _open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private void Reset()
    {
        foreach (var socket in _near.Keys)
        {
            Reset(socket);
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It broke by itself meanwhile.
            return;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptSocketAsync(_end.Token);
            if (_resets)
            {
                Reset(near);
                near.Dispose();
                continue;
            }

            _near[near] = 0;
            _ = CarryAsync(near).ContinueWith(
                _ =>
                {
                    _near.TryRemove(near, out byte _);
                    near.Dispose();
                },
                TaskScheduler.Default);
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        await PassableAsync();
        await far.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
        await await Task.WhenAny(CarryAsync(near, far), CarryAsync(far, near));
    }

    /// <summary>An end is passed on as anything else is: not while the line is cut.</summary>
    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        int read;
        do
        {
            try
            {
                read = await from.ReceiveAsync(buffer, _end.Token);
            }
            catch (SocketException)
            {
                read = 0;
            }

            if (Interlocked.Add(ref _bytesLeft, -read) is var left && left <= 0 && left + read > 0)
            {
                Cut(resets: true);
                _isCut.TrySetResult();
            }

            await PassableAsync();
            for (var done = 0; done < read;)
            {
                done += await to.SendAsync(buffer.AsMemory(done, read - done), _end.Token);
            }
        }
        while (read > 0);
    }

    private Task PassableAsync() => _open.Task.WaitAsync(_end.Token);
}

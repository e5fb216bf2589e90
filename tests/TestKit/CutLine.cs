using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FineTunePipeline.TestKit;

/// <summary>A port of loopback that leads to another one, until it is cut: then all connections end at once, and new ones are refused, until it is mended.</summary>
public sealed class CutLine : IAsyncDisposable
{
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly List<Task> _tasks = [];
    private TcpListener _listener;
    private readonly TaskCompletionSource _isCut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytesLeft = long.MaxValue;

    public CutLine(int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        Port = Listen();
    }

    public int Port { get; }

    /// <summary>Ends when it was cut by itself.</summary>
    public Task IsCut => _isCut.Task;

    /// <summary>Cuts it by itself, once, when so many bytes more have come over it, both ways together.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesLeft, bytes);

    public void Cut()
    {
        _listener.Stop();
        foreach (var socket in _open.Keys)
        {
            // With a reset, as of a process that was killed.
            socket.Close(0);
        }
    }

    public void Mend()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        Listen();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        Task[] tasks;
        lock (_tasks)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private int Listen()
    {
        _listener.Start();
        Add(AcceptAsync(_listener));
        return ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    private void Add(Task task)
    {
        lock (_tasks)
        {
            _tasks.Add(task);
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Add(JoinAsync(await listener.AcceptSocketAsync()));
        }
    }

    private async Task JoinAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        (_open[near], _open[far]) = (0, 0);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(CarryAsync(near, far), CarryAsync(far, near));
        }
        finally
        {
            near.Close(0);
            far.Close(0);
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer)) > 0)
        {
            var left = Interlocked.Add(ref _bytesLeft, -read);
            if (left <= 0 && left + read > 0)
            {
                Cut();
                _isCut.TrySetResult();
            }

            await to.SendAsync(buffer.AsMemory(0, read));
        }
    }
}

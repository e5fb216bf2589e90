using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>A port of loopback that leads to another one over a line with latency: every byte arrives later by the same time, however many are on the way.</summary>
public sealed class SlowLine : IAsyncDisposable
{
    /// <summary>A timer is no finer: waiting for less would take as long, and many such waits would make the line slow.</summary>
    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly TimeSpan _oneWay;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    /// <param name="oneWay">Half a round trip.</param>
    public SlowLine(int targetPort, TimeSpan oneWay)
    {
        (_target, _oneWay) = (targetPort, oneWay);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var lines = new List<Task>();
        try
        {
            while (true)
            {
                lines.Add(JoinAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(lines).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        using (near)
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await Task.WhenAny(CarryAsync(near, far), CarryAsync(far, near));
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var onTheWay = Channel.CreateBounded<(byte[] Bytes, long Sent)>(4096);
        var arriving = ArriveAsync(to, onTheWay.Reader);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            await onTheWay.Writer.WriteAsync((buffer[..read], TimeProvider.System.GetTimestamp()), _end.Token);
        }

        onTheWay.Writer.Complete();
        await arriving;
    }

    private async Task ArriveAsync(Socket to, ChannelReader<(byte[] Bytes, long Sent)> onTheWay)
    {
        await foreach (var (bytes, sent) in onTheWay.ReadAllAsync(_end.Token))
        {
            var left = _oneWay - TimeProvider.System.GetElapsedTime(sent);
            if (left > Finest)
            {
                await Task.Delay(left, _end.Token);
            }

            for (var done = 0; done < bytes.Length;)
            {
                done += await to.SendAsync(bytes.AsMemory(done), _end.Token);
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FineTunePipeline.IntegrationTests.ModelTools;

/// <summary>A server on this computer in place of a hub: it answers every request with 404, which is an answer.</summary>
internal sealed class SmallHub : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public SmallHub()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => AddressOf(_listener);

    /// <summary>One that takes connections and says nothing.</summary>
    public static TcpListener Silent()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    public static string AddressOf(TcpListener listener) => $"http://{listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, leaveOpen: true);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    }
}

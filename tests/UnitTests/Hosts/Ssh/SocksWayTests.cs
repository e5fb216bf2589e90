using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Hosts.Ssh.Connections;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh;

/// <summary>What proxies answer that OpenSSH's does not; that one has tests over a real server.</summary>
public sealed class SocksWayTests : IDisposable
{
    private static readonly byte[] Chosen = [5, 0];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<byte> _asked = [];

    public SocksWayTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("10.0.0.7", new byte[] { 1, 10, 0, 0, 7 })]
    [InlineData("box.example", new byte[] { 3, 11, (byte)'b', (byte)'o', (byte)'x', (byte)'.', (byte)'e', (byte)'x', (byte)'a', (byte)'m', (byte)'p', (byte)'l', (byte)'e' })]
    [InlineData("2001:db8::7", new byte[] { 4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 })]
    public async Task Asks_for_the_server_and_leaves_what_it_says_on_the_line(string host, byte[] address)
    {
        // The proxy names itself, and the server speaks at once.
        var hello = "SSH-2.0-x"u8.ToArray();
        var proxying = ProxyAsync(address.Length, [5, 0, 0, 3, 4, (byte)'h', (byte)'o', (byte)'s', (byte)'t', 0, 22, .. hello]);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        await SocksWay.ConnectAsync(socket, Address, host, 2222, default);

        var said = new byte[hello.Length];
        for (var read = 0; read < said.Length;)
        {
            read += await socket.ReceiveAsync(said.AsMemory(read));
        }

        await proxying;
        Assert.Equal(hello, said);
        Assert.Equal([5, 1, 0, 5, 1, 0, .. address, 2222 >> 8, 2222 & 255], _asked);
    }

    [Theory]
    [InlineData(2, "it does not allow it")]
    [InlineData(5, "connection refused")]
    [InlineData(77, "it failed (reply 77)")]
    public async Task Tells_why_the_server_cannot_be_reached(byte reply, string why)
    {
        var proxying = ProxyAsync(5, [5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        var told = await Assert.ThrowsAsync<HostUnreachableException>(() => SocksWay.ConnectAsync(socket, Address, "10.0.0.7", 22, default));

        await proxying;
        Assert.Equal($"The proxy {Address} cannot reach 10.0.0.7 at port 22: {why}.", told.Message);
    }

    [Fact]
    public async Task A_proxy_that_wants_a_login_is_told_as_that()
    {
        var proxying = ProxyAsync(0, [], chosen: [5, 255]);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        var told = await Assert.ThrowsAsync<HostUnreachableException>(() => SocksWay.ConnectAsync(socket, Address, "10.0.0.7", 22, default));

        await proxying;
        Assert.Contains("wants a login", told.Message, StringComparison.Ordinal);
    }

    private SocksProxy Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>Answers one client as it is told, a byte at a time.</summary>
    private async Task ProxyAsync(int addressLength, byte[] answer, byte[]? chosen = null)
    {
        using var client = await _listener.AcceptSocketAsync();
        client.NoDelay = true;
        await ReceiveAsync(client, 3);
        await SendAsync(client, chosen ?? Chosen);
        if (answer.Length > 0)
        {
            await ReceiveAsync(client, 3 + addressLength + 2);
            await SendAsync(client, answer);
        }
    }

    private async Task ReceiveAsync(Socket client, int count)
    {
        var one = new byte[1];
        for (var read = 0; read < count; read++)
        {
            Assert.Equal(1, await client.ReceiveAsync(one));
            _asked.Add(one[0]);
        }
    }

    private static async Task SendAsync(Socket client, byte[] bytes)
    {
        foreach (var one in bytes)
        {
            await client.SendAsync(new[] { one });
        }
    }
}

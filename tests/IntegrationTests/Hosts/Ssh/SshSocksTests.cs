using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Hosts that are reached through a SOCKS5 proxy: OpenSSH's own, which <c>ssh -D</c> is.</summary>
public sealed class SshSocksTests : SshServerFixture
{
    private const string Client = "/usr/bin/ssh";
    private static readonly HostCommand Hello = new() { FileName = "echo", Arguments = ["hello"] };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Logs_in_through_the_proxy_and_moves_what_is_large(string name)
    {
        using var proxy = await ProxyAsync();
        var host = Through(proxy, name);
        var file = Path.Combine(Work, "large");
        await File.WriteAllBytesAsync(file, Enumerable.Range(0, 3_000_000).Select(index => (byte)(index * 7)).ToArray());

        Assert.Equal("hello\n", (await host.RunAsync(Hello, default)).StandardOutput);
        Assert.Equal(await File.ReadAllBytesAsync(file), await host.ReadAsync(file, 0, 3_000_000, default));

        // The session of the proxy, and ours, which came from there.
        Assert.Equal(2, Server.SessionCount);
    }

    [Fact]
    public async Task A_proxy_that_ends_is_no_contact_and_says_so()
    {
        using var proxy = await ProxyAsync();
        var host = Through(proxy, "127.0.0.1");
        await host.RunAsync(Hello, default);

        var command = host.RunAsync(Shell("touch \"$1\"; exec sleep 600", Path.Combine(Work, "started")), default);
        await UntilAsync(() => File.Exists(Path.Combine(Work, "started")));
        proxy.Process.Kill();
        await Assert.ThrowsAsync<HostUnreachableException>(() => command);

        var without = await Assert.ThrowsAsync<HostUnreachableException>(() => host.RunAsync(Hello, default));
        Assert.StartsWith($"The proxy {proxy.Address} cannot be reached", without.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_the_proxy_cannot_reach_is_told_as_that()
    {
        using var proxy = await ProxyAsync();
        var host = Connector().Connect((Server.Endpoint with { Port = FreePort.Find(), Proxy = proxy.Address }).Reference(Work) with { HostKey = Server.Fingerprint });

        var closed = await Assert.ThrowsAsync<HostUnreachableException>(() => host.RunAsync(Hello, default));

        Assert.StartsWith($"The proxy {proxy.Address} closed the connection: it cannot reach 127.0.0.1 at port ", closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_proxy_is_not_taken_for_one()
    {
        var notOne = new SocksProxy("127.0.0.1", Server.Endpoint.Port);
        var host = Connector().Connect((Server.Endpoint with { Proxy = notOne }).Reference(Work) with { HostKey = Server.Fingerprint });

        var told = await Assert.ThrowsAsync<HostUnreachableException>(() => host.RunAsync(Hello, default));

        Assert.Equal($"What answers at {notOne} is no SOCKS5 proxy.", told.Message);
    }

    [Fact]
    public async Task A_jump_host_is_reached_through_the_proxy_and_the_host_over_that()
    {
        using var proxy = await ProxyAsync();
        await using var gate = await SshServer.StartAsync();
        gate.Authorize(SshKeyFile.PublicLine(Server.KeyFile));
        var endpoint = Server.Endpoint with { Jump = gate.Endpoint, Proxy = proxy.Address };
        var host = Connector().Connect(endpoint.Reference(Work) with { HostKey = Server.Fingerprint });

        Assert.Equal("hello\n", (await host.RunAsync(Hello, default)).StandardOutput);

        Assert.Equal(1, gate.SessionCount);
    }

    private IComputeHost Through(Proxy proxy, string name) =>
        Connector().Connect((Server.Endpoint with { Host = name, Proxy = proxy.Address }).Reference(Work) with { HostKey = Server.Fingerprint });

    /// <summary>Over the test's own server.</summary>
    private async Task<Proxy> ProxyAsync()
    {
        Assert.SkipWhen(!File.Exists(Client), "OpenSSH's client: `bash tests/run` installs it, and it is not here");
        var port = FreePort.Find();
        string[] arguments =
        [
            "-F", "none", "-N", "-D", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "-i", Server.KeyFile, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "ExitOnForwardFailure=yes", "-o", "LogLevel=ERROR", "-p", Server.Endpoint.Port.ToString(CultureInfo.InvariantCulture), Server.Endpoint.User + "@127.0.0.1",
        ];
        var proxy = new Proxy(Process.Start(new ProcessStartInfo(Client, arguments))!, new SocksProxy("127.0.0.1", port));
        await UntilAsync(() => Listens(port));
        return proxy;
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Proxy(Process Process, SocksProxy Address) : IDisposable
    {
        public void Dispose()
        {
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
        }
    }
}

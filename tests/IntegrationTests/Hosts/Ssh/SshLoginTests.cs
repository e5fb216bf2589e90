using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

public sealed class SshLoginTests : SshServerFixture
{
    private static readonly HostCommand Hello = new() { FileName = "echo", Arguments = ["hello"] };

    [Fact]
    public async Task Logs_in_with_the_key_and_pins_the_host_key_of_a_new_host()
    {
        Assert.Equal("hello\n", (await Connect().RunAsync(Hello, default)).StandardOutput);

        Assert.Equal(Server.Fingerprint, HostKeys.Pins[Server.Endpoint]);
        Assert.Single(HostKeys.Asked);
    }

    [Fact]
    public async Task Logs_in_with_a_password()
    {
        await using var connected = Connector(options => options.KeyFile = "/nowhere").Visit(Server.Endpoint.Reference(Work), HostKeys, new SshPassword(SshServer.Password));

        Assert.Equal("hello\n", (await connected.Host.RunAsync(Hello, default)).StandardOutput);
    }

    [Fact]
    public async Task Says_that_the_password_is_wrong_without_showing_it()
    {
        await using var connected = Connector().Visit(Server.Endpoint.Reference(Work), HostKeys, new SshPassword("not-the-password"));

        var refused = await Assert.ThrowsAsync<HostLoginRefusedException>(() => connected.Host.RunAsync(Hello, default));

        Assert.Contains(Server.Endpoint.ToString(), refused.Message);
        Assert.DoesNotContain("not-the-password", refused.ToString());
        Assert.Equal(FailureKind.BadInput, refused.Failure.Kind);
    }

    [Fact]
    public async Task Says_that_the_key_is_not_known_there()
    {
        var refused = await Assert.ThrowsAsync<HostLoginRefusedException>(() => Connect(options => options.KeyFile = Server.StrangerKeyFile).RunAsync(Hello, default));

        Assert.Contains(Server.Endpoint.ToString(), refused.Message);
        Assert.Contains("authorized_keys", refused.Message);
    }

    [Fact]
    public async Task Says_that_the_key_file_cannot_be_used()
    {
        var broken = Path.Combine(Work, "broken_key");
        await File.WriteAllTextAsync(broken, "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret stuff\n");

        var missing = await Assert.ThrowsAsync<HostLoginRefusedException>(() => Connect(options => options.KeyFile = "/nowhere/key").RunAsync(Hello, default));
        var unreadable = await Assert.ThrowsAsync<HostLoginRefusedException>(() => Connect(options => options.KeyFile = broken).RunAsync(Hello, default));

        Assert.Contains("/nowhere/key", missing.Message);
        Assert.Contains(broken, unreadable.Message);
        Assert.DoesNotContain("secret stuff", unreadable.ToString());
    }

    [Fact]
    public async Task Refuses_a_host_whose_key_has_changed()
    {
        var first = await Connect().RunAsync(Hello, default);
        var pinned = Server.Fingerprint;
        Server.KillNow();
        await Server.RestartAsync(newHostKey: true);

        var refused = await Assert.ThrowsAsync<HostKeyChangedException>(() => Connect().RunAsync(Hello, default));

        Assert.Equal(0, first.ExitCode);
        Assert.Equal((pinned, Server.Fingerprint), (refused.Pinned, refused.Shown));
        Assert.Contains(Server.Endpoint.ToString(), refused.Message);
        Assert.Equal("host_key_changed", refused.Failure.Code);
    }

    [Fact]
    public async Task Connects_again_after_a_reboot_that_brought_a_new_pin()
    {
        var host = Connect();
        await host.RunAsync(Hello, default);
        Server.KillNow();
        await Server.RestartAsync(newHostKey: true);
        HostKeys.Pins[Server.Endpoint] = Server.Fingerprint;

        // The old connection may be found dead only by this call.
        var result = await WithOneRetryAsync(() => host.RunAsync(Hello, default));

        Assert.Equal("hello\n", result.StandardOutput);
    }

    [Fact]
    public async Task Sends_nothing_to_a_host_whose_new_key_is_not_accepted()
    {
        var suspicious = new MemoryHostKeys(trustsNew: false);

        var refused = await Assert.ThrowsAsync<HostKeyChangedException>(() => Connect(hostKeys: suspicious).RunAsync(Hello, default));

        Assert.Null(refused.Pinned);
        Assert.Equal(Server.Fingerprint, refused.Shown);
    }

    [Fact]
    public async Task A_server_that_takes_the_connection_and_says_nothing_is_unreachable_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var endpoint = new SshEndpoint("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port, "root");
        var host = Connector(options => options.ConnectTimeout = TimeSpan.FromSeconds(1)).Connect(endpoint.Reference(Work));
        var clock = Stopwatch.StartNew();

        var unreachable = await Assert.ThrowsAsync<HostUnreachableException>(() => host.RunAsync(Hello, default));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
        Assert.Contains(endpoint.ToString(), unreachable.Message);
        Assert.Equal(FailureKind.Transient, unreachable.Failure.Kind);
    }

    [Fact]
    public async Task A_server_that_speaks_no_ssh_is_unreachable_in_time()
    {
        using var web = new TcpListener(IPAddress.Loopback, 0);
        web.Start();
        var endpoint = new SshEndpoint("127.0.0.1", ((IPEndPoint)web.LocalEndpoint).Port, "root");
        var host = Connector(options => options.ConnectTimeout = TimeSpan.FromSeconds(2)).Connect(endpoint.Reference(Work));
        var answering = web.AcceptTcpClientAsync().ContinueWith(client => client.GetAwaiter().GetResult().GetStream().Write("HTTP/1.1 400 Bad Request\r\n\r\n"u8), TaskScheduler.Default);

        await Assert.ThrowsAsync<HostUnreachableException>(() => host.RunAsync(Hello, default));
        await answering;
    }

    [Fact]
    public async Task A_closed_port_and_an_unknown_name_are_unreachable()
    {
        var closed = Connector().Connect(new SshEndpoint("127.0.0.1", FreePort.Find(), "root").Reference(Work));
        var unknown = Connector().Connect(new SshEndpoint("no-such-host.invalid", 22, "root").Reference(Work));

        await Assert.ThrowsAsync<HostUnreachableException>(() => closed.RunAsync(Hello, default));
        await Assert.ThrowsAsync<HostUnreachableException>(() => unknown.RunAsync(Hello, default));
    }

    [Fact]
    public async Task A_cancelled_login_ends_at_once_for_its_caller()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var host = Connector().Connect(new SshEndpoint("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port, "root").Reference(Work));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var clock = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.RunAsync(Hello, cancel.Token));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Refuses_what_is_no_ssh_host()
    {
        var reference = Server.Endpoint.Reference(Work);

        Assert.Throws<NotSupportedException>(() => Connector().Connect(reference with { Kind = "local" }));
        Assert.Throws<FormatException>(() => Connector().Connect(reference with { Address = "not an address" }));
        Assert.Throws<ArgumentException>(() => Connector().Connect(reference with { WorkFolder = "relative" }));
    }

    private static async Task<CommandResult> WithOneRetryAsync(Func<Task<CommandResult>> run)
    {
        try
        {
            return await run();
        }
        catch (HostUnreachableException)
        {
            return await run();
        }
    }
}

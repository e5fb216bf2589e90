using System.Net;
using System.Net.Sockets;
using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Servers that say more than they are asked, before the login. What start files say after it has its tests in <see cref="SshHostBashTests"/>.</summary>
public sealed class SshNoiseTests : SshServerFixture
{
    private static readonly HostCommand Hello = new() { FileName = "echo", Arguments = ["hello"] };

    [Fact]
    public async Task A_long_banner_is_no_answer()
    {
        await using var server = await SshServer.StartAsync(banner: string.Concat(Enumerable.Range(0, 500).Select(i => $"*** {i}: welcome, \u001b[1mpaid until tomorrow\u001b[0m ***\n")));

        var result = await ConnectTo(server).RunAsync(Hello, default);

        Assert.Equal(new CommandResult(0, "hello\n", ""), result);
    }

    /// <summary>RFC 4253, section 4.2: a server may send lines before its version, and gateways of providers do.</summary>
    [Fact]
    public async Task Lines_before_the_servers_version_are_skipped()
    {
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();
        _ = PassAsync(gateway);
        var endpoint = Server.Endpoint with { Port = ((IPEndPoint)gateway.LocalEndpoint).Port };
        var host = Connector().Connect(endpoint.Reference(Work) with { HostKey = Server.Fingerprint });

        var result = await host.RunAsync(Hello, default);

        Assert.Equal(new CommandResult(0, "hello\n", ""), result);
    }

    private async Task PassAsync(TcpListener gateway)
    {
        using var client = await gateway.AcceptTcpClientAsync();
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, Server.Endpoint.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20).Select(i => $"gateway: connecting you to your instance ({i})\r\n"))));
        await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
    }
}

using System.Runtime.Versioning;
using System.Text.Json;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>A person's own OpenSSH client: its short names of hosts, and logins to the host of a job.</summary>
[SupportedOSPlatform("linux")]
public sealed class SshTests : IDisposable
{
    private readonly TestKit.Storage.TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ssh box", "ssh -p 2200 ubuntu@10.0.0.5")]
    [InlineData("box", "ssh -p 2200 ubuntu@10.0.0.5")]
    [InlineData("ssh -p 7 me@box", "ssh -p 7 me@10.0.0.5")]
    [InlineData("ssh behind", "ssh -J me@gate.example.com:2022 -p 22 10.0.0.6")]
    [InlineData("ssh root@tunnelled", "ssh -p 22 root@tunnelled --proxy socks5://proxy:1080")]
    [InlineData("ssh -p 34222 root@connect.example.com", "ssh -p 34222 root@connect.example.com")]
    [InlineData("connect.example.com", "connect.example.com")]
    [InlineData("root@connect.example.com:34222", "root@connect.example.com:34222")]
    [InlineData("ssh -p x nonsense", "ssh -p x nonsense")]
    public async Task A_short_name_of_ones_own_configuration_becomes_an_address(string pasted, string sent)
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(202, "application/json", """{"name":"gpu-1"}""");

        var result = await FinetuneAsync(gateway, Configuration, "hosts", "add", pasted);

        Assert.True(result.ExitCode == 0, result.Diagnostics);
        Assert.Equal(sent, JsonElement.Parse(Assert.Single(gateway.Requests).Body).GetProperty("address").GetString());
    }

    [Theory]
    [InlineData("ssh helped", "ProxyCommand (/usr/bin/helper --to %h)")]
    [InlineData("ssh far", "several jump hosts")]
    public async Task A_way_that_the_services_cannot_go_is_refused_before_anything_is_sent(string pasted, string why)
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(202, "application/json", """{"name":"gpu-1"}""");

        var result = await FinetuneAsync(gateway, Configuration, "hosts", "update", "gpu-1", pasted);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(why, result.Diagnostics, StringComparison.Ordinal);
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public async Task A_proxy_is_sent_with_the_address_that_it_belongs_to_and_not_without_one()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(202, "application/json", """{"name":"gpu-1"}""");

        var added = await FinetuneAsync(gateway, Configuration, "hosts", "add", "ssh box", "--proxy", "socks5://127.0.0.1:1080");
        var updated = await FinetuneAsync(gateway, Configuration, "hosts", "update", "gpu-1", "--proxy", "socks5://127.0.0.1:1080");

        Assert.True(added.ExitCode == 0, added.Diagnostics);
        Assert.Equal("ssh -p 2200 ubuntu@10.0.0.5 --proxy socks5://127.0.0.1:1080", JsonElement.Parse(Assert.Single(gateway.Requests).Body).GetProperty("address").GetString());
        Assert.Equal(2, updated.ExitCode);
        Assert.Contains("belongs to the ssh command", updated.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_in_through_the_proxy_by_ones_own_ssh()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(200, "application/json", Hosts("root@10.0.0.5:22 --proxy socks5://127.0.0.1:1080", "in_use"));

        var result = await FinetuneAsync(gateway, Configuration, "ssh", "gpu-1", "--json");

        Assert.True(result.ExitCode == 0, result.Diagnostics);
        Assert.Equal("""["-o","ProxyCommand=nc -X 5 -x 127.0.0.1:1080 %h %p","ssh://root@10.0.0.5:22"]""", result.Output.Trim());
    }

    [Theory]
    [InlineData(ScriptedGateway.JobId)]
    [InlineData("gpu-1")]
    public async Task Logs_in_to_the_host_of_a_job(string name)
    {
        await using var server = await SshServer.StartAsync();
        await using var gateway = await ScriptedGateway.AlwaysAsync(200, "application/json", Hosts(server.Endpoint.ToString(), "in_use"));

        var result = await FinetuneAsync(gateway, OwnSsh.WithKey(server.KeyFile), "ssh", name, "--", "echo", "here; exit 7");

        Assert.Equal((7, "here\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task A_job_that_has_given_its_host_back_has_none()
    {
        await using var gateway = await ScriptedGateway.AlwaysAsync(200, "application/json", Hosts("root@127.0.0.1:22", "free"));

        var result = await FinetuneAsync(gateway, Configuration, "ssh", ScriptedGateway.JobId);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("has no host now", result.Diagnostics, StringComparison.Ordinal);
    }

    private const string Configuration = """
        Host box
          HostName 10.0.0.5
          User ubuntu
          Port 2200
        Host behind
          HostName 10.0.0.6
          ProxyJump gate
        Host gate
          HostName gate.example.com
          User me
          Port 2022
        Host tunnelled
          ProxyCommand nc -X 5 -x proxy:1080 %h %p
        Host helped
          ProxyCommand /usr/bin/helper --to %h
        Host far
          ProxyJump behind

        """;

    private static string Hosts(string address, string state) =>
        $$"""{"hosts":[{"name":"gpu-1","state":"{{state}}","address":"{{address}}","job_id":"{{ScriptedGateway.JobId}}"}]}""";

    private Task<EngineResult> FinetuneAsync(ScriptedGateway gateway, string configuration, params string[] arguments)
    {
        // What follows after -- belongs to the command there.
        var end = Array.IndexOf(arguments, "--") is >= 0 and var at ? at : arguments.Length;
        return ModelEngine.RunAsync(
            "/usr/bin/env", ["PATH=" + OwnSsh.PathIn(_folder, configuration), EnginePath.Of("finetune"), .. arguments[..end], "--gateway", gateway.Address, .. arguments[end..]]);
    }
}

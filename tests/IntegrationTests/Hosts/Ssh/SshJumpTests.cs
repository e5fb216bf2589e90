using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>Hosts that are reached over another one only, as many a lab's are.</summary>
public sealed class SshJumpTests : SshServerFixture
{
    private static readonly HostCommand Hello = new() { FileName = "echo", Arguments = ["hello"] };

    [Fact]
    public async Task Logs_in_over_the_jump_host_and_pins_the_key_of_the_host_behind_it()
    {
        await using var gate = await GateAsync();
        await using var visit = Connector().Visit(Behind(gate).Reference(Work), HostKeys);

        Assert.Equal("hello\n", (await visit.Host.RunAsync(Hello, default)).StandardOutput);

        Assert.Equal(1, gate.SessionCount);
        Assert.Equal(Server.Fingerprint, Assert.Single(HostKeys.Pins).Value);
    }

    [Fact]
    public async Task A_way_that_breaks_is_no_contact_and_is_made_anew()
    {
        await using var gate = await GateAsync();
        var host = Connector().Connect(Behind(gate).Reference(Work) with { HostKey = Server.Fingerprint });
        await host.RunAsync(Hello, default);

        var command = host.RunAsync(Shell("exec sleep 600"), default);
        await UntilAsync(() => Server.SessionCount > 0);
        gate.KillSessions();
        await Assert.ThrowsAsync<HostUnreachableException>(() => command);

        Assert.Equal("hello\n", (await host.RunAsync(Hello, default)).StandardOutput);
    }

    [Fact]
    public async Task Another_key_than_the_pinned_one_is_refused_also_there()
    {
        await using var gate = await GateAsync();
        var host = Connector().Connect(Behind(gate).Reference(Work) with { HostKey = gate.Fingerprint });

        await Assert.ThrowsAsync<HostKeyChangedException>(() => host.RunAsync(Hello, default));
    }

    [Fact]
    public async Task Says_which_of_the_two_does_not_let_us_in()
    {
        await using var gate = await SshServer.StartAsync();
        var host = Connector().Connect(Behind(gate).Reference(Work) with { HostKey = Server.Fingerprint });

        var refused = await Assert.ThrowsAsync<HostLoginRefusedException>(() => host.RunAsync(Hello, default));

        Assert.StartsWith(gate.Endpoint.ToString(), refused.Message, StringComparison.Ordinal);
    }

    private SshEndpoint Behind(SshServer gate) => Server.Endpoint with { Jump = gate.Endpoint };

    /// <summary>One that lets us in with the key of the host behind it.</summary>
    private async Task<SshServer> GateAsync()
    {
        var gate = await SshServer.StartAsync();
        gate.Authorize(SshKeyFile.PublicLine(Server.KeyFile));
        return gate;
    }
}

using System.Text.Json;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Demo;

/// <summary><c>demo --rented</c>, as a person starts it.</summary>
public sealed class RentedDemoTests
{
    /// <summary>Makes <c>/usr/sbin</c>, where every system has its SSH server, look empty to one program.</summary>
    private static readonly string[] WithoutServers =
        ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", "mount -t tmpfs none /usr/sbin && exec \"$@\"", "sh"];

    [Fact]
    public async Task A_host_is_taken_in_the_middle_and_the_result_is_the_same()
    {
        SshServer.SkipWhereMissing();
        using var demo = await DemoRun.StartAsync("Ada", rented: true);

        Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}\n{demo.Screen}");
        Assert.Equal("succeeded", demo.Report.GetProperty("status").GetString());
        Assert.Equal((0.967, 0.982), (Math.Round(demo.Score("taught", "after"), 3), Math.Round(demo.Score("general", "after"), 3)));

        var rented = demo.Report.GetProperty("rented");
        Assert.Equal(("gpu-1", "gpu-2"), (rented.GetProperty("taken").GetString(), rented.GetProperty("next").GetString()));
        var (checkpoint, from, taken) = (Number(rented, "checkpoint_step"), Number(rented, "from_step"), Number(rented, "taken_at_step"));
        Assert.InRange(from, checkpoint, 119);
        Assert.Equal(0, from % 40);
        Assert.InRange(taken, checkpoint + 1, 119);
        Assert.Equal(taken - from, Number(rented, "steps_repeated"));
        Assert.Contains($"gpu-1 was taken at step {taken}", demo.Screen, StringComparison.Ordinal);
        Assert.Contains($"Training goes on from step {from}", demo.Screen, StringComparison.Ordinal);

        var hosts = rented.GetProperty("hosts").EnumerateArray().ToList();
        Assert.Equal(["gpu-1", "gpu-2"], hosts.Select(host => host.GetProperty("name").GetString()));
        Assert.All(hosts, host => Assert.True(host.GetProperty("released").GetBoolean(), demo.Screen));
        Assert.All(hosts, host => Assert.InRange(host.GetProperty("cost").GetDecimal(), 0.0001m, host.GetProperty("hourly_price").GetDecimal()));
        Assert.Equal(hosts.Sum(host => host.GetProperty("cost").GetDecimal()), rented.GetProperty("cost").GetDecimal());

        Assert.Empty(demo.ProcessesLeft);
        Assert.False(Directory.Exists(Path.Combine(demo.Home, "demo", "hosts")));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_hosts_too()
    {
        SshServer.SkipWhereMissing();
        using var home = new TemporaryFolder();
        var settings = new Dictionary<string, string> { ["Engines__HostFolder"] = ScriptEngines.Write(home.At("host-engines")) };

        // A shell without job control starts its background programs deaf to Ctrl-C, and so would be what they start.
        await using var program = StandaloneProgram.Start(home.Path, ["demo", "--rented"], settings, wrapper: ["env", "--default-signal=INT"]);
        await GatewayCalls.UntilAsync(() => Task.FromResult(program.Said.Contains("step ", StringComparison.Ordinal)), () => "training");
        Assert.NotEmpty(HomeProcesses.Of(home.At("demo", "hosts")));

        await StandaloneProgram.SignalAsync(program.Pid, "INT");

        Assert.Equal(1, await program.ExitCodeAsync());
        Assert.Empty(HomeProcesses.Of(home.Path));
        Assert.False(Directory.Exists(home.At("demo", "hosts")));
    }

    [Fact]
    public async Task Without_an_SSH_server_it_says_what_to_install_and_starts_nothing()
    {
        SshServer.SkipWhereMissing();
        using var home = new TemporaryFolder();
        await using var program = StandaloneProgram.Start(home.Path, ["demo", "--rented"], wrapper: WithoutServers);

        Assert.Equal(1, await program.ExitCodeAsync());
        Assert.Contains("openssh-server", Assert.Single(program.Said.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}

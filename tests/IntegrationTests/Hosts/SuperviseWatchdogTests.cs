using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>supervise.sh at a host's own deadline: it stops what its lease runs, and powers it off, unless the host is another's by then.</summary>
public sealed class SuperviseWatchdogTests
{
    private const string Sleep = "exec sleep 600";

    public static TheoryData<string> Shells => ScriptHost.Shells;

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Stops_all_runs_of_its_lease_and_then_powers_the_host_off(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await using var lease = new Lease(host);
        host.Set("FINETUNE_SUPERVISE_GRACE", "1");
        await lease.RunAsync("train 1/train", "trap '' TERM; while :; do sleep 0.1; done");
        await lease.RunAsync("evaluate-1/predict", Sleep);
        await lease.RunAsync("done", "exit 0");

        await lease.WatchAsync(seconds: 2, "cat \"$LEASE\"/*/*/exit_code >\"$LEASE\"/off");

        await lease.EndAsync("watchdog/1", "exited 0");
        Assert.Equal(["137", "143"], lease.Text("off").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(code => code.Trim()).Order());
        Assert.Equal("exited 0", await lease.LookAsync("done"));
        Assert.Contains("exit code 0", lease.Text("watchdog/1/" + RunFolder.Output), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Leaves_the_host_on_where_its_owner_keeps_it(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await using var lease = new Lease(host);
        await lease.RunAsync("train", Sleep);

        await lease.WatchAsync(seconds: 1, last: null);

        await lease.EndAsync("watchdog/1", "exited 0");
        Assert.Equal("exited 143", await lease.LookAsync("train"));
    }

    [Theory]
    [InlineData("another lease")]
    [InlineData(null)]
    public async Task Ends_and_does_nothing_once_the_host_is_no_longer_its_lease_s(string? holder)
    {
        await using var host = await ScriptHost.OfAsync(ScriptHost.Dash);
        await using var lease = new Lease(host);
        await lease.RunAsync("train", Sleep);
        await lease.WatchAsync(seconds: 600, "touch \"$LEASE\"/off");
        Assert.Equal("running", await lease.LookAsync("watchdog/1"));

        lease.GiveTo(holder);

        await lease.EndAsync("watchdog/1", "exited 0");
        Assert.Equal(("running", false), (await lease.LookAsync("train"), File.Exists(lease.At("off"))));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Does_not_power_off_a_host_that_was_given_to_another_lease_while_it_stopped_the_runs(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await using var lease = new Lease(host);
        await lease.RunAsync("train", "trap 'echo asked; until [ -e go ]; do sleep 0.1; done; exit 0' TERM; while :; do sleep 0.1; done");
        await lease.WatchAsync(seconds: 1, "touch \"$LEASE\"/off");
        await ScriptHost.UntilAsync(() => lease.Text("train/" + RunFolder.Output) == "asked\n");

        lease.GiveTo("another lease");
        File.WriteAllText(lease.At("train/go"), "");

        await lease.EndAsync("watchdog/1", "exited 0");
        Assert.False(File.Exists(lease.At("off")));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_watchdog_that_was_stopped_is_gone_at_whatever_point_it_was(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await using var lease = new Lease(host);
        await lease.WatchAsync(seconds: 1, "touch \"$LEASE\"/asked; sleep 600; touch \"$LEASE\"/off");
        await ScriptHost.UntilAsync(() => File.Exists(lease.At("asked")));

        Assert.Equal(0, (await host.CallAsync("stop", lease.At("watchdog/1"), "10")).Code);

        Assert.Equal("exited 143", await lease.LookAsync("watchdog/1"));
        Assert.Empty(ProcStat.MembersOf(ProcessIdentity.Read(lease.At("watchdog/1/" + RunFolder.Pid))!.Pid));
        Assert.False(File.Exists(lease.At("off")));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Tries_again_to_power_off(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await using var lease = new Lease(host);

        await lease.WatchAsync(seconds: 1, "cd \"$LEASE\"; echo try >>tries; [ $(wc -l <tries) -eq 2 ]");

        await lease.EndAsync("watchdog/1", "exited 0");
        Assert.Equal("try\ntry\n", lease.Text("tries"));
    }

    [Fact]
    public async Task Refuses_what_is_no_time()
    {
        await using var host = await ScriptHost.OfAsync(ScriptHost.Dash);

        Assert.Equal(1, (await host.CallAsync("watchdog", host.Folder, "soon", "/nowhere", "lease")).Code);
        Assert.Equal(1, (await host.CallAsync("watchdog", host.Folder, "1")).Code);
    }

    /// <summary>The work folder of a lease with its runs.</summary>
    private sealed class Lease(ScriptHost host) : IAsyncDisposable
    {
        private readonly List<string> _runs = [];

        private string Holder => host.At("lease file");

        public string At(string name) => host.Folder + "/" + name;

        public string Text(string name) => host.Text(name);

        public async Task RunAsync(string name, string lines)
        {
            Directory.CreateDirectory(At(name));
            File.WriteAllText(At(name) + "/command.sh", lines + "\n");
            _runs.Add(name);
            Assert.Equal(new ScriptAnswer(0, "started\n", ""), await host.CallAsync("start", At(name), "600"));
        }

        public Task WatchAsync(int seconds, string? last)
        {
            GiveTo("this lease");
            host.Set("FINETUNE_WATCHDOG_LAST", last ?? "");
            host.Set("LEASE", host.Folder);
            return RunAsync("watchdog/1", $"exec sh {Quote(host.Script)} watchdog {Quote(host.Folder)} {seconds} {Quote(Holder)} 'this lease'");
        }

        public void GiveTo(string? lease)
        {
            if (lease is null)
            {
                File.Delete(Holder);
                return;
            }

            File.WriteAllText(Holder + ".new", lease + "\n");
            File.Move(Holder + ".new", Holder, overwrite: true);
        }

        public async Task<string> LookAsync(string name)
        {
            var answer = await host.CallAsync("look", At(name));
            return answer.Output[..answer.Output.LastIndexOf(' ')];
        }

        public Task EndAsync(string name, string end) => ScriptHost.UntilAsync(async () =>
        {
            var look = await LookAsync(name);
            Assert.True(look == "running" || look == end, look + Text(name + "/" + RunFolder.Error));
            return look == end;
        });

        public async ValueTask DisposeAsync()
        {
            foreach (var run in _runs)
            {
                await host.CallAsync("stop", At(run), "0");
                if (ProcessIdentity.Read(At(run) + "/" + RunFolder.Supervisor) is { } supervisor)
                {
                    await ScriptHost.UntilAsync(() => !supervisor.IsAlive());
                }
            }
        }

        private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}

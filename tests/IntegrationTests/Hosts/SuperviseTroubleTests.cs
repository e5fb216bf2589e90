using System.Diagnostics;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>What supervise.sh does when processes are killed, numbers come back and starts meet.</summary>
public sealed class SuperviseTroubleTests
{
    public static TheoryData<string> Shells => ScriptHost.SmallShells;

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_killed_command_has_the_exit_code_of_its_signal(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("exec sleep 600");

        host.Kill(RunFolder.Pid);

        Assert.Equal("exited 137", await host.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_whose_supervisor_was_killed_counts_as_running_and_can_be_stopped(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("exec sleep 600");

        host.Kill(RunFolder.Supervisor);

        Assert.Equal("running", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.Equal("vanished", await host.LookAsync());
        Assert.Null(ProcessIdentity.Of(host.Record(RunFolder.Pid)!.Pid));
        Assert.Equal(3, (await host.StartAsync("touch ran")).Code);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_command_that_ends_well_without_its_supervisor_has_vanished_and_what_it_left_can_be_stopped(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("sleep 600 & until [ -e go ]; do sleep 0.1; done; exit 0");
        host.Kill(RunFolder.Supervisor);
        File.WriteAllText(host.Folder + "/go", "");

        Assert.Equal("vanished", await host.EndAsync());
        var group = host.Record(RunFolder.Pid)!.Pid;
        Assert.NotEmpty(ProcStat.MembersOf(group));
        Assert.Equal(0, (await host.StopAsync(grace: 5)).Code);
        Assert.Empty(ProcStat.MembersOf(group));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_termination_of_the_supervisor_reaches_the_command(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done");
        await ScriptHost.UntilAsync(() => host.Text(RunFolder.Output) == "ready\n");

        await StandaloneProgram.SignalAsync(host.Record(RunFolder.Supervisor)!.Pid, "TERM");

        Assert.Equal("exited 9", await host.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_dead_command_with_a_live_supervisor_is_running_until_its_exit_code_is_there(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("exec sleep 600");
        var supervisor = host.Record(RunFolder.Supervisor)!;
        await StandaloneProgram.SignalAsync(supervisor.Pid, "STOP");

        using (var command = Process.GetProcessById(host.Record(RunFolder.Pid)!.Pid))
        {
            command.Kill();
        }

        await ScriptHost.UntilAsync(() => !host.Record(RunFolder.Pid)!.IsAlive());
        Assert.Equal("running", await host.LookAsync());
        await StandaloneProgram.SignalAsync(supervisor.Pid, "CONT");
        Assert.Equal("exited 137", await host.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_process_that_got_the_number_of_a_run_is_not_taken_for_it_nor_harmed(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        using var stranger = Process.Start("setsid", ["sleep", "600"]);
        try
        {
            var identity = ProcessIdentity.Of(stranger.Id)!;
            string[] others =
            [
                (identity with { StartTime = "1" }).Format(), (identity with { BootId = "84c27857-0000-407e-a728-09d70f2fab85" }).Format(),
                (identity with { Pid = 0 }).Format(), (identity with { Pid = 1 }).Format(), $"{stranger.Id}\n", "\n\n\n", "", "../self\n1\n1\n",
            ];
            foreach (var record in others)
            {
                File.WriteAllText(host.Folder + "/" + RunFolder.Pid, record);
                Assert.Equal("vanished", await host.LookAsync());
                Assert.Equal(0, (await host.StopAsync(0)).Code);
                Assert.Equal(3, (await host.StartAsync("touch ran")).Code);
            }

            Assert.True(identity.IsAlive());
        }
        finally
        {
            stranger.Kill();
            await stranger.WaitForExitAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Starts_one_run_when_twenty_ask_at_once(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        host.Command("echo once >>ran; exec sleep 600");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.CallAsync("start", host.Folder, "600")));

        Assert.Equal(new ScriptAnswer(0, "started\n", ""), Assert.Single(answers, answer => answer.Code == 0));
        Assert.Equal(19, answers.Count(answer => answer == new ScriptAnswer(3, "", "")));
        await ScriptHost.UntilAsync(() => host.Text("ran").Length > 0);
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.Equal(("once\n", "exited 143"), (host.Text("ran"), await host.LookAsync()));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Starts_where_an_earlier_start_died_before_anything_was_on_record(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        foreach (var left in new[] { RunFolder.Supervisor, ".pid.4242", ".supervisor.4242", ".exit_code.4242", RunFolder.Lock, RunFolder.Output, RunFolder.Heartbeat })
        {
            File.WriteAllText(host.Folder + "/" + left, new ProcessIdentity(4242, "1", "another-boot").Format());
        }

        Assert.Equal("none", await host.LookAsync());
        await host.StartedAsync("exit 6");

        Assert.Equal("exited 6", await host.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_start_killed_at_any_moment_with_all_that_it_started_leaves_a_run_or_none(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        for (var delay = 0; delay < 60; delay += 4)
        {
            host.Command("echo once >>ran; exit 0");
            using (var start = host.Begin("start", host.Folder, "600"))
            {
                await Task.Delay(delay);
                start.Kill(entireProcessTree: true);
                await start.WaitForExitAsync();
            }

            var again = await host.CallAsync("start", host.Folder, "600");

            Assert.True(again.Code is 0 or 3, again.Error);
            var end = await host.EndAsync();
            Assert.True(end is "exited 0" || again.Code == 3 && end is "vanished" or "exited 137", end);
            Assert.True(host.Text("ran") == "once\n" || end != "exited 0" && host.Text("ran").Length == 0, $"after {delay} ms: {host.Text("ran")}");
            await ScriptHost.UntilAsync(() => host.Record(RunFolder.Supervisor)?.IsAlive() != true);
            Directory.Delete(host.Folder, recursive: true);
            Directory.CreateDirectory(host.Folder);
        }
    }
}

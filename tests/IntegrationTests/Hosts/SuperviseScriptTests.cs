using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>What supervise.sh does on a host where nothing goes wrong.</summary>
public sealed class SuperviseScriptTests
{
    public static TheoryData<string> Shells => ScriptHost.Shells;

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Tells_how_a_command_ended(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        Assert.Equal("none", await host.LookAsync());

        await host.StartedAsync("cd /\nexport WORD='a  b'\nexec sh -c 'echo \"$WORD\"; pwd; echo err >&2; exit 5'");

        Assert.Equal("exited 5", await host.EndAsync());
        Assert.Equal("5", host.Text(RunFolder.ExitCode).Trim());
        Assert.Equal(("a  b\n/\n", "err\n"), (host.Text(RunFolder.Output), host.Text(RunFolder.Error)));
        Assert.NotNull(host.Record(RunFolder.Pid));
        var heartbeat = new DateTimeOffset(File.GetLastWriteTimeUtc(host.Folder + "/" + RunFolder.Heartbeat)).ToUnixTimeSeconds();
        Assert.Equal($"exited 5 {heartbeat}\n", (await host.CallAsync("look", host.Folder)).Output);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_run_is_detached_and_holds_nothing_of_its_starter(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);

        await host.StartedAsync("exec sleep 600");

        var (command, supervisor) = (host.Record(RunFolder.Pid)!, host.Record(RunFolder.Supervisor)!);
        Assert.True(command.IsAlive() && supervisor.IsAlive());
        Assert.Equal(command.Pid, ProcStat.TryRead(command.Pid)!.Group);
        Assert.Equal(supervisor.Pid, ProcStat.TryRead(supervisor.Pid)!.Group);
        Assert.Equal("/dev/null", new FileInfo($"/proc/{command.Pid}/fd/0").LinkTarget);
        // What this test program itself was born with is not the script's doing.
        var ours = Open(Environment.ProcessId).ToHashSet();
        Assert.DoesNotContain(Open(command.Pid).Concat(Open(supervisor.Pid)), target => target.StartsWith("pipe:", StringComparison.Ordinal) && !ours.Contains(target));
        Assert.Equal("running", await host.LookAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_heartbeat_moves_while_the_command_is_silent(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("exec sleep 600");
        var first = (await host.CallAsync("look", host.Folder)).Output;

        await ScriptHost.UntilAsync(async () => (await host.CallAsync("look", host.Folder)).Output is var now && now != first && now.StartsWith("running ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Starts_nothing_where_a_run_is_or_was(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("echo once >>ran; exec sleep 600");
        await ScriptHost.UntilAsync(() => host.Text("ran").Length > 0);

        Assert.Equal(3, (await host.StartAsync("echo twice >>ran")).Code);
        await host.StopAsync();
        Assert.Equal(new ScriptAnswer(3, "", ""), await host.StartAsync("echo thrice >>ran"));

        Assert.Equal("once\n", host.Text("ran"));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Stops_a_run_that_goes_when_asked_and_may_be_asked_again(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("trap 'echo saved; exit 9' TERM; echo ready; while :; do sleep 0.1; done");
        await ScriptHost.UntilAsync(() => host.Text(RunFolder.Output) == "ready\n");

        Assert.Equal(new ScriptAnswer(0, "", ""), await host.StopAsync());
        Assert.Equal("exited 9", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync()).Code);

        Assert.Equal("ready\nsaved\n", host.Text(RunFolder.Output));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Kills_a_run_that_does_not_go_and_all_that_it_started(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("trap '' TERM; sh -c 'while :; do sleep 0.1; done' & echo ready; while :; do sleep 0.1; done");
        await ScriptHost.UntilAsync(() => host.Text(RunFolder.Output) == "ready\n");

        Assert.Equal(0, (await host.StopAsync(grace: 1)).Code);

        Assert.Equal("exited 137", await host.LookAsync());
        Assert.Empty(ProcStat.MembersOf(host.Record(RunFolder.Pid)!.Pid));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_run_that_was_stopped_before_it_started_never_runs(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.Equal("none", await host.LookAsync());

        await host.StartedAsync("echo ran >ran");

        Assert.Equal("exited 143", await host.EndAsync());
        Assert.Equal("", host.Text("ran"));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Ends_what_a_command_left_behind_when_it_ended(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);

        await host.StartedAsync("trap '' TERM HUP; sleep 600 & exit 0");

        Assert.Equal("exited 0", await host.EndAsync());
        Assert.Empty(ProcStat.MembersOf(host.Record(RunFolder.Pid)!.Pid));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Ends_a_run_at_its_time_limit_and_kills_what_does_not_go(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        host.Set("FINETUNE_SUPERVISE_GRACE", "1");

        await host.StartedAsync("trap 'echo asked' TERM; while :; do sleep 0.1; done", 1);

        Assert.Equal("exited 137", await host.EndAsync());
        Assert.Equal("asked\n", host.Text(RunFolder.Output));
        Assert.EndsWith("\nfinetune-supervise: ended at the time limit\n", host.Text(RunFolder.Error), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Leaves_nothing_in_the_folder_but_what_the_contract_names(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync("exit 0");
        await host.EndAsync();
        await ScriptHost.UntilAsync(() => !host.Record(RunFolder.Supervisor)!.IsAlive());

        Assert.Equal(
            ["command.sh", RunFolder.ExitCode, RunFolder.Heartbeat, RunFolder.Pid, RunFolder.Error, RunFolder.Output, RunFolder.Supervisor],
            Directory.GetFileSystemEntries(host.Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Says_what_is_wrong_and_starts_nothing(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);

        Assert.Contains("no command.sh", (await host.CallAsync("start", host.Folder, "60")).Error, StringComparison.Ordinal);
        foreach (var arguments in new[] { new[] { "08" }, ["-1"], ["1.5"], [""], ["60", "60"] })
        {
            host.Command("touch ran");
            var answer = await host.CallAsync(["start", host.Folder, .. arguments]);
            Assert.Equal((1, ""), (answer.Code, answer.Output));
            Assert.NotEqual("", answer.Error);
        }

        Assert.Equal(1, (await host.CallAsync("start", host.At("nowhere"), "60")).Code);
        Assert.Equal(new ScriptAnswer(0, "none\n", ""), await host.CallAsync("look", host.At("nowhere")));
        Assert.Equal(new ScriptAnswer(0, "", ""), await host.CallAsync("stop", host.At("nowhere"), "1"));
        Assert.Equal(["command.sh"], Directory.GetFileSystemEntries(host.Folder).Select(path => Path.GetFileName(path)!));
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Takes_a_relative_folder_that_looks_like_an_option(string shell)
    {
        await using var host = await ScriptHost.OfAsync(shell);
        Directory.CreateDirectory(host.At("-P"));
        File.WriteAllText(host.At("-P/command.sh"), "exit 4\n");

        Assert.Equal(0, (await host.CallAsync("start", "-P", "60")).Code);

        await ScriptHost.UntilAsync(async () => (await host.CallAsync("look", "-P")).Output.StartsWith("exited 4 ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Open(int pid) => Directory.GetFiles($"/proc/{pid}/fd").Select(file => new FileInfo(file).LinkTarget ?? "");
}

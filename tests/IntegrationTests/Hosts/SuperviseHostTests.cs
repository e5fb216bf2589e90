using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

/// <summary>supervise.sh on hosts that are not as they should be: disks, clocks, what is not installed.</summary>
public sealed class SuperviseHostTests
{
    private const string Sleep = "exec sleep 600";

    public static TheoryData<string> Shells => ScriptHost.SmallShells;

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_full_disk_does_not_hide_how_a_run_ended(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        var folder = await OnSmallDiskAsync(host, mebibytes: 1);

        await host.StartedAsync("cat /dev/zero >filler; exit 6");

        Assert.Equal("exited 6", await host.EndAsync());
        Assert.Equal("6", (await File.ReadAllTextAsync(folder + "/" + RunFolder.ExitCode)).Trim());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_start_on_a_full_disk_says_so_and_can_be_repeated(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        var folder = await OnSmallDiskAsync(host, mebibytes: 1);
        host.Command("exit 6");
        SmallDisk.Fill(folder + "/filler");

        var answer = await host.CallAsync("start", host.Folder, "600");

        Assert.Equal((1, ""), (answer.Code, answer.Output));
        Assert.Contains("disk full", answer.Error, StringComparison.Ordinal);
        Assert.Equal("none", await host.LookAsync());
        File.Delete(folder + "/filler");
        Assert.Equal(0, (await host.CallAsync("start", host.Folder, "600")).Code);
        Assert.Equal("exited 6", await host.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Says_once_that_the_disk_gets_full_and_again_when_it_does_so_again(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        host.Set("FINETUNE_SUPERVISE_FREE_MB", "4");
        var folder = await OnSmallDiskAsync(host, mebibytes: 16);
        await host.StartedAsync(Sleep);
        int Lines() => File.ReadLines(folder + "/" + RunFolder.Error).Count(line => line.StartsWith("finetune-supervise: the disk ", StringComparison.Ordinal));
        await BeatsAsync(folder, 2);
        Assert.Equal(0, Lines());

        await File.WriteAllBytesAsync(folder + "/filler", new byte[14 << 20]);
        await ScriptHost.UntilAsync(() => Lines() == 1);
        await BeatsAsync(folder, 3);
        Assert.Equal(1, Lines());

        File.Delete(folder + "/filler");
        await BeatsAsync(folder, 2);
        await File.WriteAllBytesAsync(folder + "/filler", new byte[14 << 20]);
        await ScriptHost.UntilAsync(() => Lines() == 2);

        Assert.Equal("running", await host.LookAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_clock_that_jumps_a_day_neither_ends_a_run_nor_lets_it_run_on(string shell)
    {
        var library = Directory.GetDirectories("/usr/lib").Select(folder => folder + "/faketime/libfaketime.so.1").FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "libfaketime is not installed");
        await using var host = await ScriptHost.OfAsync(shell);
        var clock = host.At("clock");
        host.Set("LD_PRELOAD", library);
        host.Set("FAKETIME_TIMESTAMP_FILE", clock);
        host.Set("FAKETIME_NO_CACHE", "1");
        await File.WriteAllTextAsync(clock, "+0\n");
        // The limit is far away in real time; a clock that is set on by a day would be past it.
        await host.StartedAsync("while :; do date +%s >time; mv time now; sleep 0.2; done", seconds: 40);
        await JumpAsync("+86400\n", now => now > TimeProvider.System.GetUtcNow().AddHours(20));
        await BeatsAsync(host.Folder, 3);
        Assert.Equal("running", await host.LookAsync());
        await JumpAsync("-86400\n", now => now < TimeProvider.System.GetUtcNow().AddHours(-20));

        Assert.Equal("exited 143", await host.EndAsync());
        Assert.Contains("time limit", host.Text(RunFolder.Error), StringComparison.Ordinal);

        async Task JumpAsync(string to, Func<DateTimeOffset, bool> seen)
        {
            await File.WriteAllTextAsync(clock + ".new", to);
            File.Move(clock + ".new", clock, overwrite: true);
            await ScriptHost.UntilAsync(() => long.TryParse(host.Text("now"), CultureInfo.InvariantCulture, out var now) && seen(DateTimeOffset.FromUnixTimeSeconds(now)));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Works_where_the_system_has_no_boot_id(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        await host.EnterSpaceAsync(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc/sys/kernel/random && " + Sleep], "m");

        await host.StartedAsync(Sleep);

        Assert.StartsWith("-/", host.Record(RunFolder.Pid)!.BootId, StringComparison.Ordinal);
        Assert.Equal("running", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.Equal("exited 143", await host.LookAsync());
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_run_from_before_a_boot_has_vanished(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        await host.StartedAsync(Sleep);
        var boot = host.At("boot_id");
        await File.WriteAllTextAsync(boot, "00000000-0000-4000-8000-000000000000\n");

        // The same processes, seen by a system that says that it was started anew.
        await host.EnterSpaceAsync(["unshare", "-m", "sh", "-c", "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && " + Sleep, boot], "m");

        Assert.Equal("vanished", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync(0)).Code);
        var run = host.Record(RunFolder.Pid)!;
        Assert.True(run.IsAlive());
        host.Kill(RunFolder.Pid);
    }

    /// <summary>The boot id is the machine's, and the numbers begin anew: a group of others may have the number of a run, and its leader may be gone as that run is.</summary>
    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_run_from_before_its_container_was_started_again_has_vanished_and_who_has_its_number_is_not_harmed(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        string[] container = ["unshare", "-m", "-p", "-f", "--mount-proc", "sh", "-c", Sleep];
        var first = await host.EnterSpaceAsync(container, "mp");
        await host.StartedAsync(Sleep);
        using (var process = Process.GetProcessById(first))
        {
            process.Kill();
        }

        await host.EnterSpaceAsync(container, "mp");
        var number = host.Record(RunFolder.Pid)!.Pid;
        const string lines = """
            echo $(($0 - 1)) >/proc/sys/kernel/ns_last_pid
            (exec setsid sh -c 'echo $$; sleep 600 </dev/null >/dev/null 2>&1 & echo $!') &
            wait
            """;
        var stranger = (await host.ShellAsync(lines, $"{number}")).Output.Split('\n');
        Assert.Equal($"{number}", stranger[0]);

        Assert.Equal("vanished", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync(0)).Code);

        Assert.Equal(0, (await host.ShellAsync("kill -0 \"$0\"", stranger[1])).Code);
        Assert.Equal(3, (await host.StartAsync("touch ran")).Code);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_zombie_that_nobody_reaps_is_dead(string shell)
    {
        await SmallDisk.SkipWithoutAsync();
        await using var host = await ScriptHost.OfAsync(shell);
        // A container whose first process is no init.
        await host.EnterSpaceAsync(["unshare", "-m", "-p", "-f", "--mount-proc", "sh", "-c", Sleep], "mp");
        await host.StartedAsync("trap '' TERM; sleep 600 & while :; do sleep 1; done");
        await host.CallAsync("look", host.Folder);

        // One after the other: a supervisor that is just being killed while it waits for a child still reaps a command that died with it.
        var killed = await host.ShellAsync(
            "kill -9 \"$0\"; until grep -q ') Z' \"/proc/$0/stat\"; do :; done; kill -9 \"$1\"", $"{host.Record(RunFolder.Supervisor)!.Pid}", $"{host.Record(RunFolder.Pid)!.Pid}");
        Assert.Equal(0, killed.Code);

        Assert.Equal("vanished", await host.EndAsync());
        Assert.Equal(0, (await host.StopAsync(0)).Code);
        Assert.Contains("Z", (await host.ShellAsync($"cat /proc/{host.Record(RunFolder.Pid)!.Pid}/stat")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_python_where_there_is_no_setsid_and_says_what_is_missing_without_both()
    {
        await using var host = await ScriptHost.OfAsync(ScriptHost.Dash);
        Assert.SkipWhen(ScriptHost.Find("python3") is null, "python3 is not installed");
        host.LeaveOnly("cat", "date", "ln", "mv", "rm", "sleep", "stat", "sync", "touch");
        var answer = await host.StartAsync(Sleep);
        Assert.Equal(1, answer.Code);
        Assert.Contains("setsid", answer.Error, StringComparison.Ordinal);
        Assert.Equal("none", await host.LookAsync());

        host.LeaveOnly("python3");
        await host.StartedAsync(Sleep);

        var run = host.Record(RunFolder.Pid)!;
        Assert.Equal(run.Pid, ProcStat.TryRead(run.Pid)!.Group);
        Assert.Equal("running", await host.LookAsync());
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.Equal("exited 143", await host.LookAsync());
    }

    [Fact]
    public async Task A_shell_that_complains_at_each_start_does_not_hide_the_answer()
    {
        await using var host = await ScriptHost.OfAsync(ScriptHost.Dash);
        var noisy = host.At("noisy");
        await File.WriteAllTextAsync(noisy, "#!/bin/dash\necho 'sh: warning: setlocale: cannot change locale' >&2\nexec dash \"$@\"\n");
        await host.ShellAsync("chmod +x \"$0\"", noisy);
        File.Move(noisy, host.Bin + "/sh", overwrite: true);

        var answers = new[] { await host.StartAsync(Sleep), await host.StartAsync(Sleep) };

        Assert.Equal([(0, "started\n"), (3, "")], answers.Select(answer => (answer.Code, answer.Output)));
    }

    [Fact]
    public async Task Shellcheck_finds_nothing()
    {
        Assert.SkipWhen(ScriptHost.Find("shellcheck") is null, "shellcheck is not installed");
        await using var host = await ScriptHost.OfAsync(ScriptHost.Dash);

        Assert.Equal(new ScriptAnswer(0, "", ""), await host.ShellAsync("shellcheck -s sh \"$0\"", host.Script));
    }

    /// <summary>The host's run folder becomes a disk of its own.</summary>
    /// <returns>The run folder as this process sees it.</returns>
    private static async Task<string> OnSmallDiskAsync(ScriptHost host, int mebibytes)
    {
        var holder = await host.EnterSpaceAsync([.. SmallDisk.Of(host.Folder, mebibytes), "sleep", "600"], "m");
        host.Seen = SmallDisk.Root(holder) + host.Folder;
        return host.Seen;
    }

    private static async Task BeatsAsync(string folder, int count)
    {
        for (; count > 0; count--)
        {
            var last = File.GetLastWriteTimeUtc(folder + "/" + RunFolder.Heartbeat);
            await ScriptHost.UntilAsync(() => File.GetLastWriteTimeUtc(folder + "/" + RunFolder.Heartbeat) != last);
        }
    }
}

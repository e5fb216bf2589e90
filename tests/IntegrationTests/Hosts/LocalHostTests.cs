using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Hosts.Processes;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts;

public sealed class LocalHostTests : ComputeHostCompliance
{
    private readonly TemporaryFolder _folder = new();
    private readonly EngineLocator _engines = new(Options.Create(new EngineOptions()));

    protected override IComputeHost Host => field ??= new LocalHost(() => _engines.Locate(Engine.Supervise), TimeProvider.System);

    protected override string Work => _folder.Path;

    [Fact]
    public async Task A_run_outlives_the_process_that_started_it()
    {
        // Another process plays the service: it starts a supervisor the way the service does, and is killed while the run goes on.
        var supervise = _engines.Locate(Engine.Supervise).FileName;
        var command = _folder.Write("command.json", JsonSerializer.Serialize(Shell("sleep 1.5; echo survived; exit 3"), ContractJson.Options));
        using var service = Process.Start(new ProcessStartInfo("sh", ["-c", "\"$1\" \"$2\" \"$3\" & while :; do sleep 1; done", "sh", supervise, Run, command])
        {
            RedirectStandardOutput = true,
        })!;
        await UntilAsync(async () => (await Host.LookAsync(Run, default)).State == RunState.Running);

        service.Kill(entireProcessTree: false);
        await service.WaitForExitAsync();

        Assert.Equal(RunState.Running, (await Host.LookAsync(Run, default)).State);
        Assert.Equal(3, (await EndAsync(Run)).ExitCode);
        Assert.Equal("survived\n", await TextAsync(Run + "/" + RunFolder.Output));
    }

    [Fact]
    public async Task The_starters_pipes_do_not_hang_on_the_run()
    {
        var supervise = _engines.Locate(Engine.Supervise).FileName;
        var command = _folder.Write("command.json", JsonSerializer.Serialize(Shell("sleep 60"), ContractJson.Options));
        using var starter = Process.Start(new ProcessStartInfo(supervise, [Run, command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

        Assert.Equal("started\n", await starter.StandardOutput.ReadToEndAsync());
        Assert.Equal("", await starter.StandardError.ReadToEndAsync());
        Assert.Equal(RunState.Running, (await Host.LookAsync(Run, default)).State);
    }

    [Fact]
    public async Task A_command_whose_supervisor_was_killed_counts_as_running_and_can_be_stopped()
    {
        await Host.StartAsync(Run, Shell("while :; do sleep 0.1; done"), default);
        KillNow(RunFolder.Supervisor);

        Assert.Equal(RunState.Running, (await Host.LookAsync(Run, default)).State);
        await Host.StopAsync(Run, TimeSpan.FromSeconds(5), default);

        Assert.Equal(RunState.Vanished, (await Host.LookAsync(Run, default)).State);
        Assert.False(ProcessIdentity.Read(Path.Combine(Run, RunFolder.Pid))!.IsAlive());
    }

    [Fact]
    public async Task A_command_that_ends_without_its_supervisor_has_vanished_even_if_it_ended_well()
    {
        await Host.StartAsync(Run, Shell("sleep 0.5; exit 0"), default);
        KillNow(RunFolder.Supervisor);

        Assert.Equal(RunState.Vanished, (await EndAsync(Run)).State);
        Assert.False(await Host.StartAsync(Run, Shell("exit 0"), default));
    }

    [Fact]
    public async Task A_process_that_got_the_pid_of_a_dead_run_is_not_taken_for_it_nor_harmed()
    {
        using var stranger = Process.Start("sleep", "60");
        try
        {
            var identity = ProcessIdentity.Of(stranger.Id)!;
            _folder.Write("job/train-1/train/" + RunFolder.Command, "{}");
            _folder.Write("job/train-1/train/" + RunFolder.Pid, (identity with { StartTime = "1" }).Format());

            Assert.Equal(RunState.Vanished, (await Host.LookAsync(Run, default)).State);
            await Host.StopAsync(Run, TimeSpan.Zero, default);

            Assert.True(identity.IsAlive());
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_run_that_was_stopped_while_it_started_never_runs()
    {
        _folder.Write("job/train-1/train/" + RunFolder.Stop, "");

        await Host.StartAsync(Run, Shell("echo ran > \"$1\"", Work + "/ran"), default);

        Assert.Equal(143, (await EndAsync(Run)).ExitCode);
        Assert.False(File.Exists(Work + "/ran"));
    }

    [Fact]
    public async Task A_supervisor_killed_before_the_command_is_on_record_leaves_nothing_running()
    {
        // The command is a shell that waits for its release; closing the pipe, as a killed supervisor does, ends it.
        await Host.StartAsync(Run, Shell("sleep 60"), default);
        await Host.StopAsync(Run, TimeSpan.Zero, default);

        Assert.False(ProcessIdentity.Read(Path.Combine(Run, RunFolder.Pid))!.IsAlive());
        Assert.False(ProcessIdentity.Read(Path.Combine(Run, RunFolder.Supervisor)) is { } supervisor && supervisor.IsAlive() && !await IsGoneAsync(supervisor));
    }

    [Fact]
    public async Task A_termination_of_the_supervisor_reaches_the_command()
    {
        await Host.StartAsync(Run, Shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done"), default);
        await UntilAsync(async () => await TextAsync(Run + "/" + RunFolder.Output) == "ready\n");

        var supervisor = ProcessIdentity.Read(Path.Combine(Run, RunFolder.Supervisor))!;
        await Host.RunAsync(new HostCommand { FileName = "kill", Arguments = ["-TERM", supervisor.Pid.ToString(CultureInfo.InvariantCulture)] }, default);

        Assert.Equal(9, (await EndAsync(Run)).ExitCode);
    }

    [Fact]
    public async Task The_settings_of_the_service_do_not_reach_a_command()
    {
        Environment.SetEnvironmentVariable("FINETUNE__Hub__Token", "secret");
        try
        {
            var line = Shell("env | grep -c FINETUNE__ || true");
            Assert.Equal("0\n", (await Host.RunAsync(line, default)).StandardOutput);
            await Host.StartAsync(Run, line, default);
            await EndAsync(Run);
            Assert.Equal("0\n", await TextAsync(Run + "/" + RunFolder.Output));
        }
        finally
        {
            Environment.SetEnvironmentVariable("FINETUNE__Hub__Token", null);
        }
    }

    [Fact]
    public async Task The_heartbeat_moves_while_the_command_is_silent()
    {
        await Host.StartAsync(Run, Shell("sleep 60"), default);
        var first = (await Host.LookAsync(Run, default)).Heartbeat;

        await UntilAsync(async () => (await Host.LookAsync(Run, default)).Heartbeat > first);
    }

    [Fact]
    public async Task A_full_disk_does_not_hide_how_a_run_ended()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Skip("Mounting a small disk needs root on Linux.");
        }

        var disk = _folder.At("disk");
        Directory.CreateDirectory(disk);
        var mounted = await Host.RunAsync(new HostCommand { FileName = "mount", Arguments = ["-t", "tmpfs", "-o", "size=256k", "none", disk] }, default);
        if (mounted.ExitCode != 0)
        {
            Assert.Skip("Mounting is not allowed here.");
        }

        try
        {
            var run = disk + "/run";
            await Host.StartAsync(run, Shell("cat /dev/zero > \"$1\"; exit 6", disk + "/filler"), default);

            Assert.Equal(6, (await EndAsync(run)).ExitCode);
        }
        finally
        {
            await Host.RunAsync(new HostCommand { FileName = "umount", Arguments = ["-l", disk] }, default);
        }
    }

    [Fact]
    public void Connects_to_this_computer_and_refuses_another_one()
    {
        var connector = new LocalHostConnector(Options.Create(new LocalHostOptions { WorkFolder = Work }), _engines, TimeProvider.System);
        var ours = LocalMachine.Reference(Work, Work + "/lease");

        Assert.NotNull(connector.Connect(ours));
        Assert.Throws<HostElsewhereException>(() => connector.Connect(ours with { Address = "another-computer:/work" }));
        Assert.Throws<NotSupportedException>(() => connector.Connect(ours with { Kind = "ssh" }));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (ProcessIdentity.Read(Path.Combine(Run, RunFolder.Supervisor)) is { } supervisor)
        {
            await IsGoneAsync(supervisor);
        }

        _folder.Dispose();
    }

    private void KillNow(string name)
    {
        using var process = Process.GetProcessById(ProcessIdentity.Read(Path.Combine(Run, name))!.Pid);
        process.Kill();
        process.WaitForExit();
    }

    private static async Task<bool> IsGoneAsync(ProcessIdentity process)
    {
        await UntilAsync(() => Task.FromResult(!process.IsAlive()));
        return true;
    }
}

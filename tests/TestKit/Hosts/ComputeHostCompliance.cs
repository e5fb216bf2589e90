using System.Diagnostics;
using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>What every <see cref="IComputeHost"/> must do, on a POSIX host with sh. An adapter's tests derive from it.</summary>
public abstract partial class ComputeHostCompliance : IAsyncLifetime
{
    /// <summary>Longer than a supervisor waits for a disk that others keep busy (60 seconds, at the end of a time limit).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    protected abstract IComputeHost Host { get; }

    /// <summary>An empty folder on the host for this test.</summary>
    protected abstract string Work { get; }

    protected string Run => Work + "/job/train-1/train";

    [Fact]
    public async Task Runs_a_command_and_tells_code_and_output_apart()
    {
        var result = await Host.RunAsync(Shell("echo out; echo err >&2; exit 7"), default);

        Assert.Equal(new CommandResult(7, "out\n", "err\n"), result);
    }

    [Fact]
    public async Task Tells_a_missing_program_by_its_exit_code() =>
        Assert.Equal(127, (await Host.RunAsync(new HostCommand { FileName = "no-such-program" }, default)).ExitCode);

    [Fact]
    public async Task Hands_arguments_and_environment_on_without_a_shell_touching_them()
    {
        const string odd = "a b'c\"d $HOME `id` \\ *";
        var command = Shell("printf %s \"$1\"; printf %s \"$ODD\"", odd) with { Environment = new Dictionary<string, string?> { ["ODD"] = odd } };

        Assert.Equal(odd + odd, (await Host.RunAsync(command, default)).StandardOutput);
    }

    [Fact]
    public async Task Runs_in_the_working_directory_with_a_variable_removed()
    {
        var command = Shell("pwd; echo ${PATH+set}; echo ${HOME-none}") with
        {
            WorkingDirectory = Work,
            Environment = new Dictionary<string, string?> { ["HOME"] = null },
        };

        Assert.Equal($"{Work}\nset\nnone\n", (await Host.RunAsync(command, default)).StandardOutput);
    }

    [Fact]
    public async Task Ends_a_command_that_runs_past_its_limit()
    {
        var clock = Stopwatch.StartNew();

        await Assert.ThrowsAsync<TimeoutException>(() => Host.RunAsync(Shell("sleep 60") with { TimeLimit = TimeSpan.FromMilliseconds(300) }, default));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Keeps_the_end_of_a_long_output()
    {
        var result = await Host.RunAsync(Shell("i=0; while [ $i -lt 40000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo the end"), default);

        Assert.InRange(result.StandardOutput.Length, 1 << 19, 1 << 20);
        Assert.EndsWith("the end\n", result.StandardOutput);
    }

    [Fact]
    public async Task Finds_no_run_in_an_empty_folder()
    {
        Assert.Equal(RunState.None, (await Host.LookAsync(Run, default)).State);
        await Host.StopAsync(Run, TimeSpan.FromSeconds(1), default);
        Assert.Equal(RunState.None, (await Host.LookAsync(Run, default)).State);
    }

    [Fact]
    public async Task Starts_a_command_and_reports_its_exit_code()
    {
        Assert.True(await Host.StartAsync(Run, Shell("echo out; echo err >&2; exit 5"), default));

        var look = await EndAsync(Run);

        Assert.Equal((RunState.Exited, 5), (look.State, look.ExitCode));
        Assert.NotNull(look.Heartbeat);
        Assert.Equal("out\n", await TextAsync(Run + "/" + RunFolder.Output));
        Assert.Equal("err\n", await TextAsync(Run + "/" + RunFolder.Error));
    }

    [Fact]
    public async Task Reports_a_command_ended_by_a_signal_as_shells_do()
    {
        await Host.StartAsync(Run, Shell("kill -9 $$"), default);

        Assert.Equal(137, (await EndAsync(Run)).ExitCode);
    }

    [Fact]
    public async Task Reports_a_program_that_is_not_there()
    {
        await Host.StartAsync(Run, new HostCommand { FileName = "no-such-program" }, default);

        Assert.Equal(127, (await EndAsync(Run)).ExitCode);
        Assert.Contains("no-such-program", await TextAsync(Run + "/" + RunFolder.Error));
    }

    [Fact]
    public async Task Starts_no_second_run_in_a_folder_that_has_one()
    {
        await Host.StartAsync(Run, Shell("echo once >> \"$1\"; sleep 1", Work + "/count"), default);

        Assert.False(await Host.StartAsync(Run, Shell("echo twice >> \"$1\"", Work + "/count"), default));
        await EndAsync(Run);
        Assert.False(await Host.StartAsync(Run, Shell("echo thrice >> \"$1\"", Work + "/count"), default));

        Assert.Equal("once\n", await TextAsync(Work + "/count"));
    }

    [Fact]
    public async Task Starts_one_run_when_many_ask_at_once()
    {
        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Host.StartAsync(Run, Shell("echo once >> \"$1\"", Work + "/count"), default)));
        await EndAsync(Run);

        Assert.Single(started, true);
        Assert.Equal("once\n", await TextAsync(Work + "/count"));
    }

    [Fact]
    public async Task Stops_a_run_that_goes_when_asked()
    {
        await Host.StartAsync(Run, Shell("trap 'echo saved; exit 143' TERM; echo ready; while :; do sleep 0.1; done"), default);
        await UntilAsync(async () => await TextAsync(Run + "/" + RunFolder.Output) == "ready\n");

        await Host.StopAsync(Run, TimeSpan.FromSeconds(20), default);

        Assert.Equal(143, (await EndAsync(Run)).ExitCode);
        Assert.Equal("ready\nsaved\n", await TextAsync(Run + "/" + RunFolder.Output));
    }

    [Fact]
    public async Task Kills_a_run_that_does_not_go_and_all_that_it_started()
    {
        var command = Shell("trap '' TERM; (trap '' TERM; while :; do date +%s%N > \"$1\"; sleep 0.1; done) & echo ready; while :; do sleep 0.1; done", Work + "/alive");
        await Host.StartAsync(Run, command, default);
        await UntilAsync(async () => (await TextAsync(Work + "/alive")).Length > 0 && await TextAsync(Run + "/" + RunFolder.Output) == "ready\n");

        await Host.StopAsync(Run, TimeSpan.FromMilliseconds(300), default);

        Assert.Equal(137, (await EndAsync(Run)).ExitCode);
        var last = await TextAsync(Work + "/alive");
        await Host.RunAsync(Shell("sleep 0.5"), default);
        Assert.Equal(last, await TextAsync(Work + "/alive"));
    }

    [Fact]
    public async Task Ends_what_a_command_left_behind_when_it_ended()
    {
        await Host.StartAsync(Run, Shell("(while :; do date +%s%N > \"$1\"; sleep 0.1; done) & sleep 0.5; exit 0", Work + "/alive"), default);
        await EndAsync(Run);

        var last = await TextAsync(Work + "/alive");
        await Host.RunAsync(Shell("sleep 0.5"), default);
        Assert.Equal(last, await TextAsync(Work + "/alive"));
    }

    [Fact]
    public async Task Ends_a_run_at_its_own_time_limit()
    {
        await Host.StartAsync(Run, Shell("sleep 60") with { TimeLimit = TimeSpan.FromSeconds(1) }, default);

        Assert.Equal(143, (await EndAsync(Run)).ExitCode);
        Assert.Contains("time limit", await TextAsync(Run + "/" + RunFolder.Error));
    }

    [Fact]
    public async Task Stops_a_run_again_and_again_without_complaint()
    {
        await Host.StartAsync(Run, Shell("sleep 60"), default);

        await Host.StopAsync(Run, TimeSpan.FromSeconds(5), default);
        await Host.StopAsync(Run, TimeSpan.FromSeconds(5), default);

        Assert.Equal(RunState.Exited, (await Host.LookAsync(Run, default)).State);
    }

    [Fact]
    public async Task Copies_files_both_ways_to_the_byte()
    {
        var bytes = new byte[3_000_001];
        new Random(3).NextBytes(bytes);

        await Host.UploadAsync(new MemoryStream(bytes), Work + "/deep/down/file", default);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), await Host.HashAsync(Work + "/deep/down/file", default));
        await using var stream = await Host.OpenReadAsync(Work + "/deep/down/file", default);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        Assert.Equal(bytes, copy.ToArray());
    }

    [Fact]
    public async Task Reads_a_growing_file_by_offset()
    {
        await WriteAsync("log", "0123456789");

        Assert.Equal("01234", Encoding.UTF8.GetString(await Host.ReadAsync(Work + "/log", 0, 5, default)));
        Assert.Equal("789", Encoding.UTF8.GetString(await Host.ReadAsync(Work + "/log", 7, 100, default)));
        Assert.Empty(await Host.ReadAsync(Work + "/log", 10, 100, default));
        Assert.Empty(await Host.ReadAsync(Work + "/log", 99, 100, default));
        Assert.Empty(await Host.ReadAsync(Work + "/nothing", 0, 100, default));
    }

    [Fact]
    public async Task Lists_files_below_a_folder()
    {
        await WriteAsync("list/b", "22");
        await WriteAsync("list/a/.hidden", "1");

        Assert.Equal([new HostFile("a/.hidden", 1), new HostFile("b", 2)], await Host.ListAsync(Work + "/list", default));
        Assert.Empty(await Host.ListAsync(Work + "/nothing", default));
    }

    [Fact]
    public async Task Deletes_files_and_folders_and_what_is_not_there()
    {
        await WriteAsync("gone/a/b", "x");
        await WriteAsync("file", "x");

        await Host.DeleteAsync(Work + "/gone", default);
        await Host.DeleteAsync(Work + "/file", default);
        await Host.DeleteAsync(Work + "/never", default);

        Assert.Empty(await Host.ListAsync(Work, default));
    }

    [Fact]
    public async Task Refuses_a_relative_path() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Host.UploadAsync(new MemoryStream(), "relative/file", default));

    [Fact]
    public async Task Says_that_a_file_is_missing()
    {
        await Assert.ThrowsAnyAsync<IOException>(() => Host.OpenReadAsync(Work + "/nothing", default));
        await Assert.ThrowsAnyAsync<IOException>(() => Host.HashAsync(Work + "/nothing", default));
    }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        await Host.StopAsync(Run, TimeSpan.Zero, default);
        GC.SuppressFinalize(this);
    }

    /// <summary>A line for the shell; what follows it are <c>$1</c>, <c>$2</c>, …</summary>
    protected static HostCommand Shell(string line, params ReadOnlySpan<string> arguments) => new() { FileName = "sh", Arguments = ["-c", line, "sh", .. arguments] };

    protected async Task<RunLook> EndAsync(string run)
    {
        var look = await Host.LookAsync(run, default);
        await UntilAsync(async () => (look = await Host.LookAsync(run, default)).State is not RunState.Running);
        return look;
    }

    protected async Task<string> TextAsync(string path) => Encoding.UTF8.GetString(await Host.ReadAsync(path, 0, 1 << 16, default));

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
        {
            Assert.True(clock.Elapsed < Patience, "It did not happen within " + Patience);
        }
    }

    private Task WriteAsync(string name, string text) => Host.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), Work + "/" + name, default);
}

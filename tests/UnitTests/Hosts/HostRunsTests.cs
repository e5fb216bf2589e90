using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.TestKit.Hosts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts;

public sealed class HostRunsTests
{
    private const string Folder = "/work/job/convert-1/gguf";
    private static readonly HostCommand Command = new() { FileName = "finetune-model", Arguments = ["gguf"] };
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly ScriptedHost _host = new();

    [Fact]
    public async Task Goes_on_looking_while_the_host_is_out_of_reach_for_a_while()
    {
        _host.On("gguf", _ => ScriptedRun.Running());
        _host.BeforeLook = look =>
        {
            if (look < 5)
            {
                throw new HostUnreachableException("no route");
            }

            _host.End(Folder, RunState.Exited, 0);
        };

        var end = await DriveAsync();

        Assert.True(end.Succeeded);
        Assert.Equal(5, _host.Looks);
    }

    [Fact]
    public async Task Gives_up_after_half_an_hour_without_contact_and_says_what_it_waited_for()
    {
        _host.On("gguf", _ => ScriptedRun.Running());
        _host.BeforeLook = _ => throw new HostUnreachableException("no route");
        var began = _time.GetUtcNow();

        var exception = await Assert.ThrowsAsync<HostUnreachableException>(DriveAsync);

        Assert.Equal("No contact to the host for 30 minutes while writing the file.", exception.Message);
        Assert.InRange(_time.GetUtcNow() - began, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(31));
        Assert.Empty(_host.Stopped);
    }

    [Fact]
    public async Task Adopts_the_run_that_an_earlier_entry_left()
    {
        _host.On("gguf", _ => ScriptedRun.Failed(3, "it is damaged"));
        await DriveAsync();

        var end = await DriveAsync();

        Assert.Single(_host.Calls);
        Assert.Equal(3, end.ExitCode);
        Assert.Equal("it is damaged", end.LastLine);
    }

    [Fact]
    public async Task Leaves_the_run_alone_when_the_looking_is_cancelled()
    {
        using var gone = new CancellationTokenSource();
        _host.On("gguf", _ => ScriptedRun.Running());
        _host.BeforeLook = _ => gone.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new HostRuns(_time).ToEndAsync(_host, Folder, Command, "writing the file", gone.Token));

        Assert.Empty(_host.Stopped);
    }

    [Fact]
    public async Task Keeps_the_last_twelve_lines_of_a_run_that_failed()
    {
        _host.On("gguf", _ => ScriptedRun.Failed(139, string.Join('\n', Enumerable.Range(1, 20).Select(line => $"line {line}"))));

        var end = await DriveAsync();

        Assert.True(end.Crashed);
        Assert.Equal(string.Join('\n', Enumerable.Range(9, 12).Select(line => $"line {line}")), end.Evidence);
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData(137, true, false)]
    [InlineData(143, true, false)]
    [InlineData(134, false, true)]
    [InlineData(1, false, false)]
    public void Tells_a_run_that_was_killed_from_one_that_crashed(int? exitCode, bool killed, bool crashed)
    {
        var end = new RunEnd(exitCode, "");

        Assert.Equal((killed, crashed, false), (end.WasKilled, end.Crashed, end.Succeeded));
        Assert.Null(end.Evidence);
    }

    [Fact]
    public void Knows_the_words_of_the_supervisor_at_the_time_limit() =>
        Assert.True(new RunEnd(143, "loading\nfinetune-supervise: ended at the time limit of 06:00:00\n").HitTimeLimit);

    /// <summary>The only one who moves the time.</summary>
    private async Task<RunEnd> DriveAsync()
    {
        var running = new HostRuns(_time).ToEndAsync(_host, Folder, Command, "writing the file", default);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        return await running;
    }
}

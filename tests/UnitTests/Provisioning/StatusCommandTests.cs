using System.Text.Json;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Pool;
using FineTunePipeline.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning;

/// <summary>Status commands, run by a real shell, of hosts that are silent: nobody listens where they are said to be.</summary>
public sealed class StatusCommandTests : IAsyncLifetime
{
    private readonly PoolBench _bench = new();

    private StatusCommands Commands => _bench.Services.GetRequiredService<StatusCommands>();

    private PoolWatch Watch => _bench.Services.GetServices<IHostedService>().OfType<PoolWatch>().Single();

    public async ValueTask InitializeAsync() => await _bench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("echo running", nameof(HostPower.Running), null)]
    [InlineData("printf '\\n  STOPPED since 12:00\\nbilled: no\\n'", nameof(HostPower.Stopped), null)]
    [InlineData("case $FINETUNE_HOST_NAME-$FINETUNE_HOST_ADDRESS in a-root@a.example:22) echo gone;; esac", nameof(HostPower.Gone), null)]
    [InlineData("echo running; exit 3", nameof(HostPower.Unknown), "exit code 3")]
    [InlineData("echo runningly", nameof(HostPower.Unknown), "neither running")]
    [InlineData("true", nameof(HostPower.Unknown), "neither running")]
    [InlineData("echo gone >&2", nameof(HostPower.Unknown), "neither running")]
    [InlineData("echo gone; yes | head -c 1000000", nameof(HostPower.Unknown), "neither running")]
    [InlineData("no-such-program-anywhere --token s3cret", nameof(HostPower.Unknown), "exit code 127")]
    [InlineData("echo 'never closed", nameof(HostPower.Unknown), "exit code 2")]
    public async Task Its_first_word_is_the_answer_and_everything_else_is_that_it_does_not_know(string command, string power, string? trouble)
    {
        var status = await Commands.AskAsync(await HostAsync(command), default);

        Assert.Equal(power, status.Power.ToString());
        Assert.Contains(trouble ?? "", status.Trouble ?? "", StringComparison.Ordinal);
        Assert.Equal(trouble is null, status.Trouble is null);
        Assert.DoesNotContain("s3cret", status.Trouble ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_shows_in_no_list_of_processes_and_knows_none_of_our_settings()
    {
        var row = await HostAsync("""case "$(tr '\0' ' ' </proc/$$/cmdline)$(env)" in *s3cret*) echo gone;; *) echo running;; esac # s3cret""");

        Assert.Equal(HostPower.Running, (await Commands.AskAsync(row, default)).Power);
    }

    [Fact]
    public async Task One_that_hangs_is_ended_and_does_not_know()
    {
        var row = await HostAsync("echo running; sleep 600");
        var asking = Commands.AskAsync(row, default);
        while (!asking.IsCompleted)
        {
            _bench.Time.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.Equal(new HostStatus(HostPower.Unknown, "Its status command gave no answer within 20 s."), await asking);
    }

    [Fact]
    public async Task It_is_kept_sealed_and_an_empty_one_removes_it()
    {
        await _bench.AddAsync("a");
        var told = Assert.Single(await _bench.SetStatusCommandAsync("a", "echo s3cret"), change => change is HostChanged);
        Assert.True(((HostChanged)told).HasStatusCommand);
        Assert.DoesNotContain("s3cret", JsonSerializer.Serialize(told), StringComparison.Ordinal);
        var row = await RowAsync();
        Assert.DoesNotContain("s3cret", row.StatusCommand, StringComparison.Ordinal);

        // Neither another address nor another price changes it.
        await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = "root@b.example:22", HourlyPrice = 1 }, default));
        Assert.Equal(row.StatusCommand, (await _bench.Hosts.FindAsync("a", default))!.StatusCommand);

        var events = await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", ForgetStatusCommand = true }, default));
        Assert.False(events.OfType<HostChanged>().Single().HasStatusCommand);
        Assert.Equal(HostStatus.None, await Commands.AskAsync((await _bench.Hosts.FindAsync("a", default))!, default));
    }

    [Fact]
    public async Task A_silent_host_that_is_gone_by_two_answers_is_lost_and_its_job_is_told_why()
    {
        await SilentHostAsync("echo gone");

        await Watch.LookAsync(default);
        Assert.Contains("its status command says that it is gone", (await RowAsync()).Fault, StringComparison.Ordinal);
        Assert.False((await RowAsync()).IsLost);
        await Watch.LookAsync(default);

        Assert.True((await RowAsync()).IsLost);
        Assert.Contains("is gone, as its status command says", (await RowAsync()).Fault, StringComparison.Ordinal);
        Assert.Equal(1, await _bench.ToldAsync<HostLost>());
    }

    [Fact]
    public async Task A_silent_host_that_runs_is_the_job_s_after_the_time_at_which_another_would_be_lost()
    {
        await SilentHostAsync("echo running");
        var options = new PoolOptions();

        await LookForAsync(options.LostAfter + options.ProbeEvery);
        Assert.False((await RowAsync()).IsLost);
        Assert.Contains("says that it runs", (await RowAsync()).Fault, StringComparison.Ordinal);

        await LookForAsync(options.LostAlthoughRunningAfter - options.LostAfter);
        Assert.True((await RowAsync()).IsLost);
    }

    [Fact]
    public async Task A_host_that_has_ended_leaves_its_lease_and_is_cleaned_when_it_is_there_again()
    {
        await SilentHostAsync("echo stopped");
        await _bench.Hosts.LoseAsync("a", "lease", "Stopped.", default);
        var heard = await _bench.ToldAsync<HostFreed>();

        await _bench.Hosts.LeaveEndedAsync("lease", "stopped", default);

        var row = await RowAsync();
        Assert.Equal((HostState.Free, "lease", null), (row.State, row.FormerLeaseId, row.LeaseId));
        Assert.Contains("It is stopped, as its status command says.", row.Fault, StringComparison.Ordinal);
        Assert.NotNull(row.FailedAtMs);
        Assert.Equal(heard, await _bench.ToldAsync<HostFreed>());
    }

    private async Task<HostRow> HostAsync(string command)
    {
        await _bench.AddAsync("a");
        await _bench.SetStatusCommandAsync("a", command);
        return await RowAsync();
    }

    private async Task SilentHostAsync(string command)
    {
        await HostAsync(command);
        await _bench.EditAsync(edits => edits.SetAsync(new SetHost { HostName = "a", Address = $"root@127.0.0.1:{FreePort.Find()}" }, default));
        await _bench.MoveInAsync("a", "lease");
        await SshKeyFile.EnsureAsync(_bench.KeyFile, default);
    }

    private async Task LookForAsync(TimeSpan lasts)
    {
        for (var passed = TimeSpan.Zero; passed < lasts; passed += TimeSpan.FromMinutes(1))
        {
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
            await Watch.LookAsync(default);
        }
    }

    private async Task<HostRow> RowAsync() => (await _bench.Hosts.FindAsync("a", default))!;
}

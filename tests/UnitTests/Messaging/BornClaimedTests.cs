using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>A command that comes to a process whose runner has a slot is claimed by the statement that writes it.</summary>
public sealed class BornClaimedTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Begins_without_another_look_at_the_database()
    {
        var worker = await IdleAsync(concurrency: 1);
        var looks = 0;
        worker.Sql.Before = sql => Task.FromResult(sql.StartsWith(SqlHook.Claim, StringComparison.Ordinal) ? looks++ : 0);

        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        var row = await _bench.RowAsync();
        Assert.Equal((StageRunState.Open, 1, 1L, 0), (row.State, row.Entries, row.Fence, looks));
        Assert.True(row.ClaimedUntil > TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.NotNull(row.Owner);
    }

    [Fact]
    public async Task A_command_that_comes_again_is_not_begun_twice()
    {
        var worker = await IdleAsync(concurrency: 4);
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-other"), default);

        Assert.Equal("ftjob-other", (await worker.Script.EnteredAsync()).Context.JobId);
        Assert.Equal(1, (await _bench.RowAsync()).Entries);
    }

    [Fact]
    public async Task A_commit_that_failed_keeps_no_slot()
    {
        var worker = await IdleAsync(concurrency: 1);
        await Assert.ThrowsAsync<IOException>(() => worker.Inbox.FailAsync(Command()));
        Assert.Empty(await _bench.RowsAsync());

        await worker.Inbox.AcceptAsync(Command(), default);

        Assert.Equal(1, (await worker.Script.EnteredAsync()).Context.Fence);
        Assert.Equal(1, (await _bench.RowAsync()).Entries);
    }

    [Fact]
    public async Task Takes_no_more_than_it_has_slots_for_and_who_waits_longer_comes_first()
    {
        var worker = await IdleAsync(concurrency: 1);
        var go = new TaskCompletionSource();
        worker.Script.Run = async (context, _) =>
        {
            await go.Task;
            return Released(context);
        };
        foreach (var job in new[] { "ftjob-a", "ftjob-b", "ftjob-c" })
        {
            await worker.Inbox.AcceptAsync(Command(job: job), default);
        }

        Assert.Equal("ftjob-a", (await worker.Script.EnteredAsync()).Context.JobId);
        Assert.Equal([1, 0, 0], (await _bench.RowsAsync()).Select(row => row.Entries));
        go.SetResult();
        await worker.Script.EnteredAsync();
        await worker.Script.EnteredAsync();
        Assert.Equal([1, 1, 1], (await _bench.RowsAsync()).Select(row => row.Entries));
    }

    [Fact]
    public async Task A_newer_attempt_waits_for_the_end_of_the_older_one()
    {
        var worker = await IdleAsync(concurrency: 4);
        await worker.Inbox.AcceptAsync(Command(), default);
        var first = await worker.Script.EnteredAsync();

        await worker.Inbox.AcceptAsync(Command(attempt: 2), default);
        await StageScript.CancelledAsync(first.Token);

        Assert.Equal(2, (await worker.Script.EnteredAsync()).Context.Attempt);
        await worker.CancelledAsync();
    }

    [Fact]
    public async Task A_stopped_runner_leaves_commands_to_others()
    {
        var worker = await IdleAsync(concurrency: 4);
        await worker.StopAsync();

        await worker.Inbox.AcceptAsync(Command(), default);

        var row = await _bench.RowAsync();
        Assert.Equal((StageRunState.Open, null, 0), (row.State, row.Owner, row.Entries));
        var other = await _bench.StartAsync();
        Assert.Equal(Job, (await other.Script.EnteredAsync()).Context.JobId);
    }

    [Fact]
    public async Task A_stop_gives_back_what_was_born_claimed()
    {
        var worker = await IdleAsync(concurrency: 4);
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        await worker.StopAsync();

        Assert.Null((await _bench.RowAsync()).Owner);
    }

    private async Task<StageWorker> IdleAsync(int concurrency)
    {
        var worker = await _bench.StartAsync(concurrency);
        await worker.IdleAsync();
        return worker;
    }
}

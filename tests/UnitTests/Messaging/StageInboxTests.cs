using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>What commands and cancels make of the rows, with nobody at work.</summary>
public sealed class StageInboxTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());
    private StageWorker _worker = null!;

    public async ValueTask InitializeAsync() => _worker = await _bench.AddAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_command_that_comes_twice_changes_nothing()
    {
        await _worker.Inbox.AcceptAsync(Command(), default);
        var before = await _bench.RowAsync();

        await _worker.Inbox.AcceptAsync(Command() with { Reason = "another" }, default);

        Assert.Equivalent(before, Assert.Single(await _bench.RowsAsync()));
        Assert.Empty(_worker.Recorder.Out);
    }

    [Fact]
    public async Task Equal_commands_at_once_make_one_row()
    {
        var other = await _bench.AddAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => (i % 2 == 0 ? _worker : other).Inbox.AcceptAsync(Command(), default))));

        Assert.Equal(1, Assert.Single(await _bench.RowsAsync()).Fence);
    }

    [Fact]
    public async Task A_command_whose_attempt_is_done_gets_the_stored_outcome_again()
    {
        var claim = await ClaimAsync();
        await _worker.StoreAsync(claim, StageRunState.Open, Outcome(cost: 7), default);

        await _worker.Inbox.AcceptAsync(Command(), default);
        await _worker.Inbox.AcceptAsync(Command(), default);

        Assert.All(_worker.Recorder.Out, told => Assert.Equivalent(Outcome(cost: 7), told, strict: true));
        Assert.Equal(2, _worker.Recorder.Out.Count);
        Assert.Equal(StageRunState.Finished, (await _bench.RowAsync()).State);
    }

    [Fact]
    public async Task A_new_attempt_closes_the_older_ones_in_the_same_transaction()
    {
        await _worker.Inbox.AcceptAsync(Command(), default);
        _worker.Sql.Before = sql => sql.StartsWith("UPDATE", StringComparison.Ordinal) ? throw new IOException("The power failed.") : Task.CompletedTask;

        await Assert.ThrowsAsync<IOException>(() => _worker.Inbox.AcceptAsync(Command(attempt: 2), default));

        var row = Assert.Single(await _bench.RowsAsync());
        Assert.Equal((1, StageRunState.Open), (row.Attempt, row.State));

        _worker.Sql.Before = _ => Task.CompletedTask;
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);
        Assert.Equal([StageRunState.Closing, StageRunState.Open], (await _bench.RowsAsync()).Select(run => run.State));
    }

    [Fact]
    public async Task The_fence_grows_with_each_claim_and_each_attempt()
    {
        var fences = new List<long>();
        await _worker.Inbox.AcceptAsync(Command(), default);
        fences.Add((await _bench.RowAsync()).Fence);
        fences.Add((await ClaimDueAsync()).Fence);
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);
        fences.Add((await _bench.RowAsync(attempt: 2)).Fence);

        // The older attempt is claimed once more, to be ended: its fence is now above the newer attempt's.
        await _bench.ExpireAsync();
        fences.Add((await ClaimDueAsync()).Fence);
        await _worker.Inbox.AcceptAsync(Command(attempt: 3), default);
        fences.Add((await _bench.RowAsync(attempt: 3)).Fence);
        await _worker.Inbox.CancelAsync(Cancel(attempt: 4), default);
        fences.Add((await _bench.RowAsync(attempt: 4)).Fence);

        Assert.Equal(Enumerable.Range(1, 6).Select(fence => (long)fence), fences);
    }

    [Fact]
    public async Task Fences_of_other_jobs_do_not_count()
    {
        await ClaimAsync();
        await _worker.Inbox.AcceptAsync(Command(job: "ftjob-other"), default);
        Assert.Equal(1, (await _bench.RowAsync(job: "ftjob-other")).Fence);
    }

    [Fact]
    public async Task An_attempt_older_than_the_newest_is_answered_as_cancelled_and_not_done()
    {
        await _worker.Inbox.AcceptAsync(Command(attempt: 3), default);

        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        Assert.Equal(2, (await _worker.CancelledAsync(attempt: 2)).Attempt);
        Assert.Equal(3, Assert.Single(await _bench.RowsAsync()).Attempt);
    }

    [Fact]
    public async Task A_cancel_that_overtakes_its_command_leaves_a_tombstone_that_refuses_it()
    {
        await _worker.Inbox.CancelAsync(Cancel(attempt: 2), default);
        Assert.Equal(1, _worker.Told<Contracts.Stages.StageCancelled>());

        await _worker.Inbox.AcceptAsync(Command(attempt: 1), default);
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        Assert.Equal([2, 1, 2], _worker.Recorder.Out.Cast<Contracts.Stages.StageCancelled>().Select(told => told.Attempt));
        Assert.Equal(StageRunState.Closed, Assert.Single(await _bench.RowsAsync()).State);
        Assert.Empty(await _worker.Table.ClaimAsync(TheStage, "me", 9, default));
    }

    [Fact]
    public async Task A_tombstone_lets_the_next_attempt_pass()
    {
        await _worker.Inbox.CancelAsync(Cancel(attempt: 2), default);

        await _worker.Inbox.AcceptAsync(Command(attempt: 3), default);

        Assert.Equal(3, (await ClaimDueAsync()).Attempt);
    }

    [Fact]
    public async Task A_tombstone_is_left_also_when_older_attempts_are_known()
    {
        var first = await ClaimAsync();
        await _worker.StoreAsync(first, StageRunState.Open, Outcome(1), default);

        await _worker.Inbox.CancelAsync(Cancel(attempt: 2), default);
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        // Not told before the older attempt is at its end: "nothing runs any more" is about that one too.
        Assert.Empty(_worker.Recorder.Out);
        Assert.Equal([StageRunState.Closing, StageRunState.Closing], (await _bench.RowsAsync()).Select(row => row.State));
        Assert.Null((await _bench.RowAsync(attempt: 2)).Command);
    }

    [Fact]
    public async Task A_cancel_for_an_attempt_that_never_came_spares_a_newer_one()
    {
        await _worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        await _worker.Inbox.CancelAsync(Cancel(attempt: 1), default);

        await _worker.CancelledAsync(attempt: 1);
        Assert.Equal((2, StageRunState.Open), (Assert.Single(await _bench.RowsAsync()).Attempt, (await _bench.RowAsync(attempt: 2)).State));
    }

    [Fact]
    public async Task A_cancel_of_a_closed_attempt_is_answered_again()
    {
        await _worker.Inbox.CancelAsync(Cancel(), default);
        await _worker.Inbox.CancelAsync(Cancel(), default);

        Assert.Equal(2, _worker.Told<Contracts.Stages.StageCancelled>());
        Assert.Single(await _bench.RowsAsync());
    }

    [Fact]
    public async Task A_cancel_beside_its_command_is_never_lost()
    {
        var jobs = Enumerable.Range(0, 40).Select(i => $"ftjob-{i}").ToList();

        await Task.WhenAll(jobs.SelectMany(job => new[]
        {
            Task.Run(() => _worker.Inbox.AcceptAsync(Command(job: job), default)),
            Task.Run(() => _worker.Inbox.CancelAsync(Cancel(job: job), default)),
        }));

        var rows = await _bench.RowsAsync();
        Assert.Equal(40, rows.Count);
        Assert.DoesNotContain(rows, row => row.State == StageRunState.Open);
    }

    private static HostReleased Outcome(decimal cost) =>
        new() { JobId = Job, Attempt = 1, LeaseId = "lease", Cost = cost, Currency = "CNY", Statement = new(new string('b', 64), 2) };

    private async Task<StageRun> ClaimAsync()
    {
        await _worker.Inbox.AcceptAsync(Command(), default);
        return await ClaimDueAsync();
    }

    private async Task<StageRun> ClaimDueAsync() => Assert.Single(await _worker.Table.ClaimAsync(TheStage, "me", 9, default));
}

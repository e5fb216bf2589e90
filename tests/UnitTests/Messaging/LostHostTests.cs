using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>What ran on a host that is gone, and hosts that cannot be given back, hold nothing up.</summary>
public sealed class LostHostTests : IAsyncDisposable
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Attempts_on_a_lost_host_are_closed_at_once_whoever_works_on_them()
    {
        var worker = await _bench.AddAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var claim = Assert.Single(await worker.Table.ClaimAsync(TheStage, "me", 9, default));

        await worker.Inbox.CancelAsync(Cancel() with { HostIsLost = true }, default);

        var row = await _bench.RowAsync();
        Assert.Equal((StageRunState.Closed, (string?)null), (row.State, row.Owner));
        await worker.CancelledAsync(attempt: 1);
        Assert.False(await worker.Table.HoldsAsync(claim, default));
        Assert.False(await worker.Table.SaveHandleAsync(claim, "late", default));
        Assert.Empty(await worker.Table.RenewAsync(TheStage, "me", default));
        Assert.Empty(await worker.Table.ClaimAsync(TheStage, "me", 9, default));
    }

    [Fact]
    public async Task The_next_attempt_does_not_wait_for_one_on_a_lost_host()
    {
        var worker = await _bench.AddAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Table.ClaimAsync(TheStage, "me", 9, default);
        await worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        // The wish comes after the next attempt, as it may on a bus: the older one waits to be ended.
        await worker.Inbox.CancelAsync(Cancel() with { HostIsLost = true }, default);

        Assert.Equal(2, Assert.Single(await worker.Table.ClaimAsync(TheStage, "me", 9, default)).Attempt);
    }

    [Fact]
    public async Task An_attempt_on_a_lost_host_whose_command_has_not_come_yet_is_refused()
    {
        var worker = await _bench.AddAsync();
        await worker.Inbox.CancelAsync(Cancel() with { HostIsLost = true }, default);

        await worker.Inbox.AcceptAsync(Command(), default);

        Assert.Equal(StageRunState.Closed, (await _bench.RowAsync()).State);
    }

    [Fact]
    public async Task The_work_on_a_lost_host_is_broken_off_and_tells_nothing()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (_, token) = await worker.Script.EnteredAsync();

        await worker.Inbox.CancelAsync(Cancel() with { HostIsLost = true }, default);
        worker.Pass(seconds: 10);
        await StageScript.CancelledAsync(token);

        Assert.IsType<StageCancelled>(Assert.Single(worker.Recorder.Out));
        Assert.Equal(StageRunState.Closed, (await _bench.RowAsync()).State);
    }

    [Fact]
    public async Task A_stage_that_loses_contact_waits_and_does_not_fail()
    {
        var worker = await _bench.StartAsync();
        var cut = 3;
        worker.Script.Run = (context, _) => cut-- > 0 ? throw new ContactLostException() : Task.FromResult<IStageEvent>(Released(context));
        await worker.Inbox.AcceptAsync(Command(), default);
        for (var entry = 1; entry <= 3; entry++)
        {
            await worker.Script.EnteredAsync();
            await _bench.UntilAsync(row => row is { Owner: null } && row.Tries == entry);
            await _bench.DueNowAsync();
            worker.Wake();
        }

        await worker.ReleasedAsync();
        Assert.Empty(worker.Recorder.Out.OfType<StageFailed>());
        Assert.Empty(worker.Recorder.Out.OfType<StageResumed>());
    }

    [Fact]
    public async Task A_release_neither_closes_nor_waits_for_that_of_another_lease()
    {
        var worker = await _bench.AddAsync(stage: Stage.Release);
        await worker.Inbox.AcceptAsync(Command(), default);
        var first = Assert.Single(await worker.Table.ClaimAsync(Stage.Release, "me", 9, default));

        await worker.Inbox.AcceptAsync(Command(attempt: 3), default);
        await worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        var others = await worker.Table.ClaimAsync(Stage.Release, "another", 9, default);
        Assert.Equal([2, 3], others.Select(row => row.Attempt).Order());
        Assert.True(await worker.Table.HoldsAsync(first, default));
        Assert.All(await _bench.RowsAsync(), row => Assert.Equal(StageRunState.Open, row.State));
    }

    private sealed class ContactLostException : IOException, IStageFault
    {
        public bool IsContactLost => true;

        public Failure Failure => new("lost", "No contact.", FailureKind.Transient);
    }
}

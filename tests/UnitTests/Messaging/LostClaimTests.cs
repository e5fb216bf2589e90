using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Workers that sleep, or whose rows others took.</summary>
public sealed class LostClaimTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task One_that_slept_through_its_claim_tells_nothing_and_is_told_to_stop()
    {
        var slept = await _bench.StartAsync();
        var awake = new TaskCompletionSource();
        var tried = new TaskCompletionSource<(bool Handle, bool Event)>();
        slept.Script.Run = async (context, _) =>
        {
            await awake.Task;
            tried.SetResult((
                await RefusedAsync(() => context.SaveHandleAsync("old", default)),
                await RefusedAsync(() => context.PublishAsync(Released(context), default))));
            return Released(context);
        };
        await slept.Inbox.AcceptAsync(Command(), default);
        var (entry, token) = await slept.Script.EnteredAsync();

        // Its process stands still: neither its clock nor its loop moves. Another takes the row and finishes it.
        var (still, reached) = (new TaskCompletionSource(), new TaskCompletionSource());
        slept.Sql.Before = sql =>
        {
            if (!sql.Contains(SqlHook.Closing, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return still.Task;
        };
        slept.Wake();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await _bench.ExpireAsync(through: await _bench.AddAsync());
        var other = await _bench.StartAsync();
        other.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));
        var accepted = entry.Fence + 1;
        Assert.Equal(accepted, (await other.ReleasedAsync()).Cost);

        still.SetResult();
        awake.SetResult();

        Assert.Equal((true, true), await tried.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.True(token.IsCancellationRequested);
        await slept.StopAsync();

        // What it may tell is the other's accepted outcome once more, as any instance does that finds it not marked as told.
        Assert.DoesNotContain(slept.Recorder.Out, told => !(told is HostReleased released && released.Cost == accepted) && told is not StageResumed);
        var row = await _bench.RowAsync(through: other);
        Assert.Equal((StageRunState.Finished, accepted, null), (row.State, row.Fence, row.Handle));
    }

    [Fact]
    public async Task One_whose_row_another_claimed_is_cancelled_at_its_next_renewal()
    {
        var slept = await _bench.StartAsync(concurrency: 1);
        await slept.Inbox.AcceptAsync(Command(), default);
        var (_, token) = await slept.Script.EnteredAsync();

        await _bench.ExpireAsync();
        var other = await _bench.AddAsync();
        Assert.Single(await other.Table.ClaimAsync(TheStage, "other", 1, default));
        slept.Pass(seconds: 10);

        await StageScript.CancelledAsync(token);
        Assert.Equal("other", (await _bench.RowAsync()).Owner);
        Assert.False(slept.Script.Ends.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task One_that_renews_in_time_keeps_its_claim()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (entry, token) = await worker.Script.EnteredAsync();

        for (var round = 0; round < 6; round++)
        {
            await _bench.ShortenAsync();
            await worker.RenewAsync();
        }

        var row = await _bench.RowAsync();
        Assert.Equal((entry.Fence, StageRunState.Open), (row.Fence, row.State));
        Assert.True(row.ClaimedUntil > TimeProvider.System.GetUtcNow().AddSeconds(15).ToUnixTimeMilliseconds());
        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_handle_refused_because_of_a_cancel_ends_the_attempt()
    {
        var worker = await _bench.StartAsync(concurrency: 1);
        var cancelled = new TaskCompletionSource();
        worker.Script.Run = async (context, cancellationToken) =>
        {
            await cancelled.Task;
            await context.SaveHandleAsync("late", default);
            return Released(context);
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        // By another instance's consumer: this worker's signal is not set, and the refused handle is the first that it hears of it.
        await (await _bench.AddAsync()).Inbox.CancelAsync(Cancel(), default);
        cancelled.SetResult();

        await worker.Script.EndingAsync();
        await worker.CancelledAsync();
        Assert.Null((await _bench.RowAsync()).Handle);
    }

    [Fact]
    public async Task A_slow_old_entry_does_not_take_a_new_ones_renewals_with_it()
    {
        var worker = await _bench.StartAsync();
        var release = new TaskCompletionSource();
        worker.Script.Run = async (context, _) =>
        {
            await release.Task;
            return Released(context);
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        var (first, old) = await worker.Script.EnteredAsync();

        // The first entry loses its claim but does not listen; the row is claimed again by the same worker.
        worker.Script.Run = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("An endless wait ended.");
        };
        await _bench.ExpireAsync();
        worker.Pass(seconds: 10);
        await StageScript.CancelledAsync(old);
        var (second, token) = await worker.Script.EnteredAsync();
        Assert.Equal(first.Fence + 1, second.Fence);
        var left = worker.Sql.NextAsync("\"Tries\" = \"Tries\" +");
        release.SetResult();
        await left;

        await _bench.ShortenAsync();
        await worker.RenewAsync();

        Assert.True((await _bench.RowAsync()).ClaimedUntil > TimeProvider.System.GetUtcNow().AddSeconds(15).ToUnixTimeMilliseconds());
        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_failure_caused_by_the_loss_is_not_told()
    {
        var worker = await _bench.StartAsync(concurrency: 1, keepTrying: true);
        worker.Script.Run = async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw StageException.Transient("broken_pipe", "The connection broke.");
            }

            throw new InvalidOperationException("An endless wait ended.");
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        await _bench.ExpireAsync();
        var other = await _bench.AddAsync();
        Assert.Single(await other.Table.ClaimAsync(TheStage, "other", 1, default));
        var left = worker.Sql.NextAsync("\"Tries\" = \"Tries\" +");
        worker.Pass(seconds: 10);
        await left;

        await worker.StopAsync();

        Assert.Empty(worker.Recorder.Out);
        Assert.Equal(("other", 0), ((await _bench.RowAsync()).Owner, (await _bench.RowAsync()).Tries));
    }

    private static async Task<bool> RefusedAsync(Func<Task> write)
    {
        try
        {
            await write();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}

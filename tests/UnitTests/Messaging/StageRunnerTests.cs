using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>What comes of a stage's work: outcomes, failures, endings.</summary>
public sealed class StageRunnerTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Stores_the_outcome_and_publishes_it()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));

        await worker.Inbox.AcceptAsync(Command(), default);

        var told = await worker.ReleasedAsync();
        var row = await _bench.RowAsync();
        Assert.Equal(row.Fence, told.Cost);
        Assert.Equal((StageRunState.Finished, null, null), (row.State, row.Owner, row.ClaimedUntil));
        Assert.Equal(1, worker.Told<HostReleased>());
    }

    [Theory]
    [InlineData(FailureKind.Transient)]
    [InlineData(FailureKind.Capacity)]
    [InlineData(FailureKind.HostLost)]
    [InlineData(FailureKind.OutOfMemory)]
    [InlineData(FailureKind.BadInput)]
    [InlineData(FailureKind.Budget)]
    [InlineData(FailureKind.Internal)]
    public async Task Tells_a_failure_with_its_kind_code_and_evidence(FailureKind kind)
    {
        var worker = await _bench.StartAsync();
        var failure = new Failure("some_code", "Something is wrong.", kind) { Evidence = "last lines" };
        worker.Script.Run = (_, _) => throw new StageException(failure);

        await worker.Inbox.AcceptAsync(Command(), default);

        var told = await worker.FailedAsync();
        Assert.Equal((Job, TheStage, failure), (told.JobId, told.Stage, told.Failure));
        Assert.Equal(StageRunState.Finished, (await _bench.RowAsync()).State);
    }

    [Fact]
    public async Task Tells_an_unexpected_exception_as_Internal()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = (_, _) => throw new InvalidOperationException("An index was off by one.");

        await worker.Inbox.AcceptAsync(Command(), default);

        var failure = (await worker.FailedAsync()).Failure;
        Assert.Equal((FailureKind.Internal, "InvalidOperationException: An index was off by one."), (failure.Kind, failure.Message));
        Assert.Contains(nameof(ScriptedStage), failure.Evidence);
    }

    [Fact]
    public async Task Tells_a_cancellation_that_nobody_asked_for_as_Internal()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = (_, _) => throw new TaskCanceledException("A call ran into its own limit.");

        await worker.Inbox.AcceptAsync(Command(), default);

        Assert.Equal(FailureKind.Internal, (await worker.FailedAsync()).Failure.Kind);
    }

    [Fact]
    public async Task Tells_a_command_that_it_cannot_read_as_Internal()
    {
        var worker = await _bench.AddAsync();
        await worker.PutAsync("""{"JobId": 7}""");

        await worker.StartAsync();

        Assert.Contains("JsonException", (await worker.FailedAsync()).Failure.Message);
    }

    [Fact]
    public async Task Works_on_as_many_attempts_as_it_may_and_takes_the_next_when_one_ends()
    {
        var worker = await _bench.StartAsync(concurrency: 2);
        var gate = new TaskCompletionSource();
        worker.Script.Run = async (context, _) =>
        {
            await gate.Task;
            return Released(context);
        };
        foreach (var job in new[] { "ftjob-a", "ftjob-b", "ftjob-c" })
        {
            await worker.Inbox.AcceptAsync(Command(job: job), default);
        }

        await worker.Script.EnteredAsync();
        await worker.Script.EnteredAsync();
        Assert.Single(await _bench.RowsAsync(), row => row.Owner is null);
        gate.SetResult();

        await worker.Script.EnteredAsync();
    }

    [Fact]
    public async Task Ends_the_work_of_a_cancelled_attempt_then_tells_that_nothing_runs()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (_, token) = await worker.Script.EnteredAsync();
        worker.Script.End = async (_, _) =>
        {
            // The order: first the work stops, then what it left outside is ended, then it is told.
            Assert.True(token.IsCancellationRequested);
            Assert.Equal(0, worker.Told<StageCancelled>());
            await Task.CompletedTask;
        };

        await worker.Inbox.CancelAsync(Cancel(), default);

        await worker.CancelledAsync();
        Assert.Equal(StageRunState.Closed, (await _bench.RowAsync()).State);
        Assert.All(worker.Recorder.Out, told => Assert.IsType<StageCancelled>(told));
    }

    [Fact]
    public async Task Ends_the_work_of_an_attempt_before_it_begins_the_next()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        var ended = new TaskCompletionSource();
        worker.Script.End = (_, _) => ended.Task;

        await worker.Inbox.AcceptAsync(Command(attempt: 2), default);

        var (ending, _) = await worker.Script.EndingAsync();
        Assert.Equal(1, ending.Attempt);
        Assert.False(worker.Script.Entries.Reader.TryPeek(out _));
        ended.SetResult();
        Assert.Equal(2, (await worker.Script.EnteredAsync()).Context.Attempt);
    }

    [Fact]
    public async Task An_outcome_that_comes_after_the_cancel_is_not_accepted()
    {
        var worker = await _bench.StartAsync();
        var gate = new TaskCompletionSource();
        worker.Script.Run = async (context, _) =>
        {
            await gate.Task;
            return Released(context);
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        await worker.Inbox.CancelAsync(Cancel(), default);
        gate.SetResult();

        await worker.CancelledAsync();

        Assert.Equal(0, worker.Told<HostReleased>());
        Assert.Equal(StageRunState.Closed, (await _bench.RowAsync()).State);
    }

    [Fact]
    public async Task A_cancel_of_a_finished_attempt_ends_what_it_left_and_is_answered()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.ReleasedAsync();

        await worker.Inbox.CancelAsync(Cancel(), default);

        await worker.Script.EndingAsync();
        await worker.CancelledAsync();
        Assert.Equal(StageRunState.Closed, (await _bench.RowAsync()).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_is_ended_knows_whether_it_keeps_what_it_reached_and_a_later_wish_does_not_change_that(bool keep)
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        Assert.False((await worker.Script.EnteredAsync()).Context.KeepsProgress);
        worker.Script.End = (_, _) => throw new IOException("The host does not answer.");
        await worker.Inbox.CancelAsync(Cancel() with { KeepProgress = keep }, default);
        Assert.Equal(keep, (await worker.Script.EndingAsync()).Context.KeepsProgress);
        await _bench.UntilAsync(row => row.Tries == 1);

        // Another worker ends it.
        worker.Script.End = (_, _) => Task.CompletedTask;
        await worker.Inbox.CancelAsync(Cancel(), default);
        await _bench.DueNowAsync();
        worker.Wake();
        Assert.Equal(keep, (await worker.Script.EndingAsync()).Context.KeepsProgress);
        await worker.CancelledAsync();
    }

    [Fact]
    public async Task A_tombstone_after_older_attempts_is_told_once_those_have_ended()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        await worker.Inbox.CancelAsync(Cancel(attempt: 2), default);
        await worker.CancelledAsync(attempt: 2);

        Assert.Equal([1, 2], worker.Recorder.Out.Cast<StageCancelled>().Select(told => told.Attempt));
        Assert.Equal(1, (await worker.Script.EndingAsync()).Context.Attempt);
        Assert.False(worker.Script.Ends.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task An_ending_that_fails_is_tried_again()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        var backedOff = worker.Sql.NextAsync("\"Tries\" = \"Tries\" +");
        worker.Script.End = (_, _) => throw new IOException("The host does not answer.");
        await worker.Inbox.CancelAsync(Cancel(), default);
        await backedOff;
        await worker.CommittedAsync();
        Assert.Equal((StageRunState.Closing, 1), ((await _bench.RowAsync()).State, (await _bench.RowAsync()).Tries));

        worker.Script.End = (_, _) => Task.CompletedTask;
        await _bench.DueNowAsync();
        worker.Wake();

        await worker.CancelledAsync();
        Assert.Equal(0, worker.Told<StageFailed>());
    }

    [Fact]
    public async Task A_stage_that_keeps_trying_tells_the_failure_and_goes_on()
    {
        var worker = await _bench.StartAsync(keepTrying: true);
        worker.Script.Run = (_, _) => throw StageException.Transient("provider_away", "The provider does not answer.");
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.FailedAsync();
        Assert.Equal(StageRunState.Open, (await _bench.RowAsync()).State);

        worker.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));
        await _bench.DueNowAsync();
        worker.Wake();

        await worker.ReleasedAsync();
        Assert.NotEqual(0, (await _bench.RowAsync()).Tries);
    }

    [Fact]
    public async Task A_worker_that_takes_up_what_another_left_says_so_once()
    {
        var first = await _bench.StartAsync();
        await first.Inbox.AcceptAsync(Command(), default);
        await first.Script.EnteredAsync();
        await first.StopAsync();
        Assert.Empty(first.Recorder.Out);

        var second = await _bench.StartAsync();
        second.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));
        second.Wake();
        await second.ReleasedAsync();

        var resumed = Assert.Single(second.Recorder.Out.OfType<StageResumed>());
        Assert.Equal((Job, TheStage, 1), (resumed.JobId, resumed.Stage, resumed.Attempt));
        Assert.Equal((await _bench.RowAsync()).Entries, resumed.Entry);
    }

    [Fact]
    public async Task The_next_entry_finds_the_handle_of_the_one_before()
    {
        var first = await _bench.StartAsync();
        first.Script.Run = async (context, cancellationToken) =>
        {
            Assert.Null(context.Handle);
            await context.SaveHandleAsync("run-7", cancellationToken);
            Assert.Equal("run-7", context.Handle);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Released(context);
        };
        var saved = first.Sql.NextAsync("\"Handle\" = ");
        await first.Inbox.AcceptAsync(Command(), default);
        await saved;
        await first.StopAsync();

        var second = await _bench.StartAsync();

        var (context, _) = await second.Script.EnteredAsync();
        Assert.Equal(("run-7", 1), (context.Handle, context.Attempt));
    }
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Attempts on this computer itself take turns, beside those on hosts of their own.</summary>
public sealed class StageTurnsTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_host_that_is_paid_for_does_not_wait_for_work_on_this_computer()
    {
        var worker = await _bench.StartAsync(concurrency: 4, here: 1);
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-a", lease: Here), default);
        Assert.Equal("ftjob-a", (await worker.Script.EnteredAsync()).Context.JobId);
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-b", lease: Here), default);

        await worker.Inbox.AcceptAsync(Command(job: "ftjob-c"), default);

        Assert.Equal("ftjob-c", (await worker.Script.EnteredAsync()).Context.JobId);
        Assert.All(await _bench.RowsAsync(), row => Assert.NotNull(row.Owner));
    }

    [Fact]
    public async Task The_next_one_on_this_computer_begins_when_one_ends()
    {
        var worker = await _bench.StartAsync(concurrency: 4, here: 1);
        var gate = new TaskCompletionSource();
        worker.Script.Run = async (context, _) =>
        {
            await gate.Task;
            return Released(context);
        };
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-a", lease: Here), default);
        await worker.Script.EnteredAsync();
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-b", lease: Here), default);
        Assert.False(worker.Script.Entries.Reader.TryPeek(out _));

        gate.SetResult();

        Assert.Equal("ftjob-b", (await worker.Script.EnteredAsync()).Context.JobId);
    }

    [Fact]
    public async Task One_that_waits_for_its_turn_is_ended_when_that_is_wanted()
    {
        var worker = await _bench.StartAsync(concurrency: 4, here: 1);
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-a", lease: Here), default);
        await worker.Script.EnteredAsync();
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-b", lease: Here), default);

        await worker.Inbox.CancelAsync(Cancel(job: "ftjob-b"), default);

        Assert.Equal("ftjob-b", (await worker.Script.EndingAsync()).Context.JobId);
    }

    [Fact]
    public async Task A_failure_ends_a_turn_too()
    {
        var worker = await _bench.StartAsync(concurrency: 4, here: 1);
        worker.Script.Run = (_, _) => throw new StageException(new Failure("some_code", "Something is wrong.", FailureKind.BadInput));
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-a", lease: Here), default);
        await worker.Script.EnteredAsync();

        await worker.Inbox.AcceptAsync(Command(job: "ftjob-b", lease: Here), default);

        Assert.Equal("ftjob-b", (await worker.Script.EnteredAsync()).Context.JobId);
    }
}

using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.UnitTests.Durable;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Stops, crashes, and a bus that is away.</summary>
public sealed class StageStopTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_stop_gives_the_claims_back_so_that_the_next_takes_them_at_once()
    {
        var first = await _bench.StartAsync();
        await first.Inbox.AcceptAsync(Command(), default);
        await first.Inbox.AcceptAsync(Command(job: "ftjob-other"), default);
        await first.Script.EnteredAsync();
        await first.Script.EnteredAsync();

        await first.StopAsync();

        Assert.All(await _bench.RowsAsync(), row => Assert.Equal((StageRunState.Open, null, null, 0), (row.State, row.Owner, row.ClaimedUntil, row.Tries)));
        var second = await _bench.StartAsync();
        await second.Script.EnteredAsync();
        await second.Script.EnteredAsync();
        Assert.Empty(first.Recorder.Out);
        Assert.False(first.Script.Ends.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_look_gives_them_back_too()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        var looking = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        worker.Sql.Before = sql =>
        {
            if (!sql.StartsWith("SELECT", StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            looking.TrySetResult();
            return goOn.Task;
        };
        worker.Wake();
        await looking.Task.WaitAsync(TimeSpan.FromSeconds(20));

        var stopped = worker.StopAsync();
        goOn.SetResult();
        await stopped;

        Assert.Null((await _bench.RowAsync()).Owner);
    }

    [Fact]
    public async Task A_failure_caused_by_the_stop_is_not_the_jobs()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new IOException("The trainer's pipe was closed.");
            }

            throw new InvalidOperationException("An endless wait ended.");
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();

        await worker.StopAsync();

        Assert.Equal((StageRunState.Open, null), ((await _bench.RowAsync()).State, (await _bench.RowAsync()).Owner));
    }

    [Fact]
    public async Task A_stop_while_an_attempt_is_ended_leaves_that_to_the_next_at_once()
    {
        var first = await _bench.StartAsync();
        await first.Inbox.AcceptAsync(Command(), default);
        await first.Script.EnteredAsync();
        first.Script.End = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await first.Inbox.CancelAsync(Cancel(), default);
        await first.Script.EndingAsync();

        await first.StopAsync();

        var second = await _bench.StartAsync();
        await second.CancelledAsync();
        Assert.Equal(0, (await _bench.RowAsync()).Tries);
    }

    [Fact]
    public async Task Two_runners_over_one_database_do_each_attempt_once()
    {
        var workers = new[] { await _bench.StartAsync(concurrency: 3), await _bench.StartAsync(concurrency: 3) };
        var done = 0;
        var all = new TaskCompletionSource();
        foreach (var worker in workers)
        {
            worker.Script.Run = async (context, _) =>
            {
                await Task.Yield();
                if (Interlocked.Increment(ref done) == 40)
                {
                    all.SetResult();
                }

                return Released(context);
            };
        }

        for (var i = 0; i < 40; i++)
        {
            await workers[i % 2].Inbox.AcceptAsync(Command(job: $"ftjob-{i}"), default);
        }

        await all.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await workers[0].StopAsync();
        await workers[1].StopAsync();

        Assert.Equal(40, done);
        Assert.All(await _bench.RowsAsync(), row => Assert.Equal((StageRunState.Finished, 1), (row.State, row.Entries)));
    }
}

using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.UnitTests.Durable;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static FineTunePipeline.UnitTests.Messaging.StageBench;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Workers whose database fails, hangs or is locked.</summary>
public sealed class BrokenDatabaseTests : IAsyncLifetime
{
    private readonly StageBench _bench = new(new ServiceStore());

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task One_whose_database_fails_cancels_its_calls_after_twenty_seconds_of_its_own_clock()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (_, token) = await worker.Script.EnteredAsync();
        worker.Sql.Before = _ => throw new IOException("The disk is gone.");

        worker.Pass(seconds: 19);
        Assert.False(token.IsCancellationRequested);
        worker.Pass(seconds: 1);

        await StageScript.CancelledAsync(token);
        Assert.False(worker.Script.Ends.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task One_whose_database_hangs_cancels_its_calls_just_the_same()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (_, token) = await worker.Script.EnteredAsync();
        var hang = new TaskCompletionSource();
        var hanging = new TaskCompletionSource();
        worker.Sql.Before = _ =>
        {
            hanging.TrySetResult();
            return hang.Task;
        };
        worker.Wake();
        await hanging.Task.WaitAsync(TimeSpan.FromSeconds(20));

        worker.Time.Advance(TimeSpan.FromSeconds(20));

        await StageScript.CancelledAsync(token);
        hang.SetResult();
    }

    [Fact]
    public async Task One_that_cannot_renew_stops_ending_an_attempt_too()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        await worker.Script.EnteredAsync();
        worker.Script.End = (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        await worker.Inbox.CancelAsync(Cancel(), default);
        var (_, token) = await worker.Script.EndingAsync();
        worker.Sql.Before = _ => throw new IOException("The disk is gone.");

        worker.Pass(seconds: 20);

        await StageScript.CancelledAsync(token);
    }

    [Fact]
    public async Task A_claim_that_stood_down_is_taken_again_when_the_database_is_back()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(), default);
        var (first, token) = await worker.Script.EnteredAsync();
        worker.Sql.Before = sql => sql.StartsWith(SqlHook.Renew, StringComparison.Ordinal) ? throw new IOException("The disk is gone.") : Task.CompletedTask;
        worker.Pass(seconds: 20);
        await StageScript.CancelledAsync(token);
        worker.Sql.Before = _ => Task.CompletedTask;
        worker.Wake();

        Assert.Equal(first.Fence + 1, (await worker.Script.EnteredAsync()).Context.Fence);
        Assert.DoesNotContain(worker.Recorder.Out, told => told is not StageResumed);
    }

    [Fact]
    public async Task A_row_whose_outcome_could_not_be_stored_is_not_held_for_ever_beside_others()
    {
        var worker = await _bench.StartAsync();
        await worker.Inbox.AcceptAsync(Command(job: "ftjob-other"), default);
        await worker.Script.EnteredAsync();
        var tried = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = worker.Database();
        worker.Script.Run = async (context, _) =>
        {
            // Nothing that tells of an outcome can be written. The end of the work makes the runner look for more.
            await database.Database.ExecuteSqlRawAsync("ALTER TABLE outbox RENAME TO outbox_away", CancellationToken.None);
            tried.TrySetResult(worker.Sql.NextAsync(SqlHook.Claim));
            return Released(context);
        };
        await worker.Inbox.AcceptAsync(Command(), default);
        await await tried.Task.WaitAsync(TimeSpan.FromSeconds(20));
        worker.Script.Run = (context, _) => Task.FromResult<IStageEvent>(Released(context));
        await database.Database.ExecuteSqlRawAsync("ALTER TABLE outbox_away RENAME TO outbox");

        var given = worker.Sql.NextAsync("\"Tries\" = \"Tries\" +");
        while (!given.IsCompleted)
        {
            await worker.RenewAsync();
        }

        await given;
        worker.Wake();

        Assert.Equal(Job, (await worker.ReleasedAsync()).JobId);
    }

    [Fact]
    public async Task A_database_that_is_locked_for_too_long_is_no_failure_of_the_stage()
    {
        var worker = await _bench.StartAsync();
        worker.Script.Run = async (context, cancellationToken) =>
        {
            await context.SaveHandleAsync("run-7", cancellationToken);
            return Released(context);
        };
        var locked = true;
        var told = -1;
        worker.Sql.Before = sql =>
        {
            if (locked && sql.Contains("\"Handle\" = ", StringComparison.Ordinal))
            {
                throw new SqliteException("database is locked", 5);
            }

            // Looked at here: once the try is given back, the next claim may be told as an interruption at any moment.
            if (told < 0 && sql.Contains("\"Tries\" = \"Tries\" +", StringComparison.Ordinal))
            {
                told = worker.Recorder.Out.Count;
                locked = false;
            }

            return Task.CompletedTask;
        };
        var given = worker.Sql.NextAsync("\"Tries\" = \"Tries\" +");
        await worker.Inbox.AcceptAsync(Command(), default);
        await given;
        Assert.Equal(0, told);

        worker.Wake();
        await worker.ReleasedAsync();
        Assert.Equal(("run-7", 0), ((await _bench.RowAsync()).Handle, (await _bench.RowAsync()).Tries));
    }
}

using FineTunePipeline.Messaging.Data;
using FineTunePipeline.TestKit.Stages;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class WriteQueueTests : IDisposable
{
    private readonly TestDatabase<DurableDb> _database = new(options => new DurableDb(options));

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Writers_who_come_while_another_writes_share_a_commit_and_each_gets_its_own_answer()
    {
        var go = new TaskCompletionSource();
        var first = await WritingAsync(go.Task);
        var others = Enumerable.Range(0, 20).Select(i => WriteAsync($"note {i}", fails: i % 5 == 4)).ToList();
        go.SetResult();
        await first.Done;

        var transactions = new HashSet<object>();
        for (var i = 0; i < others.Count; i++)
        {
            if (i % 5 == 4)
            {
                await Assert.ThrowsAsync<DbUpdateException>(() => others[i]);
            }
            else
            {
                transactions.Add(await others[i]);
            }
        }

        Assert.True(transactions.Count < 16, $"{transactions.Count} transactions for 16 writes.");
        await using var database = _database.CreateDbContext();
        Assert.Equal(Enumerable.Range(0, 20).Where(i => i % 5 != 4).Select(i => $"note {i}").Order(), (await database.Notes.Select(note => note.Text).ToListAsync()).Order());
    }

    [Fact]
    public async Task One_who_no_longer_wants_to_wait_writes_nothing()
    {
        var go = new TaskCompletionSource();
        var first = await WritingAsync(go.Task);
        using var cancellation = new CancellationTokenSource();
        var withdrawn = WriteAsync("withdrawn", fails: false, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        go.SetResult();
        await first.Done;
        await WriteAsync("after", fails: false);

        await using var database = _database.CreateDbContext();
        Assert.Equal("after", (await database.Notes.SingleAsync()).Text);
    }

    [Fact]
    public async Task What_the_database_refuses_in_the_middle_of_a_shared_transaction_is_told_to_all_in_it_and_the_next_ones_are_written()
    {
        // The statement ends the whole transaction, as a full disk does.
        var broken = _database.Queue.RunAsync(null, session => session.ExecuteAsync("ROLLBACK"), default);
        await Assert.ThrowsAnyAsync<Exception>(() => broken);
        await WriteAsync("after", fails: false);

        await using var database = _database.CreateDbContext();
        Assert.Equal("after", (await database.Notes.SingleAsync()).Text);
    }

    [Fact]
    public async Task A_context_is_its_own_again_after_the_write()
    {
        await using var database = _database.CreateDbContext();
        database.Notes.Add(new Note { Kind = "written", Text = "one" });
        await _database.Queue.RunAsync(database, _ => database.SaveChangesAsync(), default);
        database.Notes.Add(new Note { Kind = "written", Text = "two" });
        await database.SaveChangesAsync();

        Assert.Equal(2, await database.Notes.CountAsync());
        Assert.Null(database.Database.CurrentTransaction);
    }

    /// <summary>Somebody who is in the middle of a write until <paramref name="end"/>.</summary>
    private async Task<Writing> WritingAsync(Task end)
    {
        var entered = new TaskCompletionSource();
        var done = _database.Queue.RunAsync(
            null,
            async _ =>
            {
                entered.SetResult();
                await end;
                return true;
            },
            default);
        await entered.Task;
        return new Writing(done);
    }

    /// <summary>The transaction that wrote it.</summary>
    private async Task<object> WriteAsync(string text, bool fails, CancellationToken cancellationToken = default)
    {
        await using var database = _database.CreateDbContext();
        database.Notes.Add(new Note { Kind = "written", Text = text });
        if (fails)
        {
            database.Notes.Add(new Note { Kind = null!, Text = text });
        }

        return await _database.Queue.RunAsync(
            database,
            async session =>
            {
                await database.SaveChangesAsync(CancellationToken.None);
                return session.Transaction;
            },
            cancellationToken);
    }

    /// <summary>Not a task itself: awaiting its beginning would await its end, too.</summary>
    private sealed record Writing(Task Done);
}

using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// The one transaction in which a change and the messages that tell of it are written. Rows that are due now are born claimed by this process and handed to
/// the dispatcher in memory: no question to the database, no wait for a sweep.
/// </summary>
internal sealed class OutboxCommit<TDb>(WriteQueue<TDb> writes, OutboxDispatcher<TDb> dispatcher, OutboxSettings settings)
    where TDb : ServiceDbContext
{
    /// <param name="database">Holds the changes, and the messages that go out with them.</param>
    /// <param name="inbox">The message that was consumed, if the change is a consume's.</param>
    /// <param name="first">Runs first in the transaction; if it answers false nothing is written.</param>
    /// <param name="cancellationToken">Ends the wait for the transaction.</param>
    /// <returns>Whether it was written: not if the message was consumed before.</returns>
    public async Task<bool> SaveAsync(TDb database, InboxRow? inbox, Func<WriteSession, Task<bool>>? first, CancellationToken cancellationToken)
    {
        // EF Core finds the changes before others have to wait for this one.
        var changes = database.ChangeTracker.HasChanges();
        var written = await writes.RunAsync(
            null,
            async session =>
            {
                if ((inbox is not null && !await MessageRows.InsertAsync(session, inbox)) || (first is not null && !await first(session)))
                {
                    return false;
                }

                if (changes)
                {
                    await using var joined = await session.JoinAsync(database);
                    await SaveFoundAsync(database);
                }

                foreach (var row in database.Outgoing)
                {
                    await MessageRows.InsertAsync(session, row, settings);
                }

                return true;
            },
            cancellationToken);
        if (written)
        {
            MessagingPoints.Reach(MessagingPoints.OutboxCommitted);
            dispatcher.Enqueue(database.Outgoing);
        }

        return written;
    }

    private static async Task SaveFoundAsync(TDb database)
    {
        database.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            await database.SaveChangesAsync(CancellationToken.None);
        }
        finally
        {
            database.ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }
}

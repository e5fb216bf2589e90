using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
using Microsoft.EntityFrameworkCore;

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
    /// <returns>Whether it was written.</returns>
    public async Task<bool> SaveAsync(TDb database, InboxRow? inbox, Func<Task<bool>>? first, CancellationToken cancellationToken)
    {
        var written = await writes.RunAsync(
            database,
            async session =>
            {
                if (first is not null && !await first())
                {
                    return false;
                }

                foreach (var entry in database.ChangeTracker.Entries<StageRun>().Where(entry => entry.State == EntityState.Added))
                {
                    entry.Entity.AcceptedAt = session.Now;
                }

                await database.SaveChangesAsync(CancellationToken.None);
                if (inbox is not null)
                {
                    await MessageRows.InsertAsync(session, inbox);
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
}

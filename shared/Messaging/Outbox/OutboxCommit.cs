using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// The one transaction in which a change and the messages that tell of it are written. The write lock is held only here, for milliseconds. Rows that are
/// due now are born claimed by this process and handed to the dispatcher in memory: no question to the database, no wait for a sweep.
/// </summary>
internal sealed class OutboxCommit<TDb>(WriteGate<TDb> gate, OutboxDispatcher<TDb> dispatcher, OutboxSettings settings, SqlDialect dialect)
    where TDb : ServiceDbContext
{
    /// <param name="database">Holds the changes, outbox rows among them.</param>
    /// <param name="first">Runs first in the transaction, with the database's time; if it answers false nothing is written.</param>
    /// <param name="cancellationToken">Ends the wait for the lock.</param>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> SaveAsync(TDb database, Func<long, Task<bool>>? first, CancellationToken cancellationToken)
    {
        List<OutboxRow> rows;
        using (await gate.EnterAsync(cancellationToken))
        {
            database.Database.AutoSavepointsEnabled = false;
            await using var transaction = await dialect.BeginWriteAsync(database, cancellationToken);
            using var open = database.OpenForWrites();
            var now = await dialect.NowAsync(database, cancellationToken);
            if (first is not null && !await first(now))
            {
                return false;
            }

            rows = database.ChangeTracker.Entries<OutboxRow>().Where(entry => entry.State == EntityState.Added).Select(entry => entry.Entity).ToList();
            foreach (var row in rows)
            {
                Stamp(row, now);
            }

            foreach (var entry in database.ChangeTracker.Entries<StageRun>().Where(entry => entry.State == EntityState.Added))
            {
                entry.Entity.AcceptedAt = now;
            }

            await database.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        dispatcher.Enqueue(rows);
        return true;
    }

    private void Stamp(OutboxRow row, long now)
    {
        if (row.DueAt <= 0)
        {
            row.Claim = settings.Owner;
            row.ClaimedUntil = now + (long)settings.ClaimTime.TotalMilliseconds;
        }

        row.DueAt += now;
    }
}

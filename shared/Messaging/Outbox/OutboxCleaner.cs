using FineTunePipeline.Messaging.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Deletes inbox rows that no redelivery can ask for any more, and the sent rows that a forgetting transport needed.</summary>
internal sealed class OutboxCleaner<TDb>(
    IDbContextFactory<TDb> databases, IEnumerable<IFinishedJobs> finished, OutboxSettings settings, SqlDialect dialect, WriteQueue<TDb> writes)
    where TDb : ServiceDbContext
{
    private const int JobsAtOnce = 500;

    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = await dialect.NowAsync(database, cancellationToken);
        if (settings.TransportForgets)
        {
            await CleanByJobAsync(database, now, cancellationToken);
            return;
        }

        var old = now - (long)settings.KeepInbox.TotalMilliseconds;
        await writes.RunAsync(database, _ => database.Set<InboxRow>().Where(row => row.ConsumedAt < old).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);
    }

    /// <summary>Rows of a running job stay, however old: at the next start all of them are sent again, and the inbox must know them.</summary>
    private async Task CleanByJobAsync(TDb database, long now, CancellationToken cancellationToken)
    {
        var (outboxTime, inboxTime) = (settings.KeepAfterEnd, settings.KeepAfterEnd * 2);
        var (outboxBefore, inboxBefore) = (now - (long)outboxTime.TotalMilliseconds, now - (long)inboxTime.TotalMilliseconds);

        var sent = await database.Set<OutboxRow>().Where(row => row.DueAt < outboxBefore && row.JobId != null)
            .Select(row => row.JobId!).Distinct().Take(JobsAtOnce).ToListAsync(cancellationToken);
        var ended = await EndedAsync(sent, outboxTime, cancellationToken);
        await writes.RunAsync(database, _ => database.Set<OutboxRow>().Where(row => ended.Contains(row.JobId!)).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);

        // An inbox row goes only when no outbox of this process can hold its message any more.
        var consumed = await database.Set<InboxRow>().Where(row => row.ConsumedAt < inboxBefore && row.JobId != null)
            .Select(row => row.JobId!).Distinct().Take(JobsAtOnce).ToListAsync(cancellationToken);
        ended = await EndedAsync(consumed, inboxTime, cancellationToken);
        await writes.RunAsync(database, _ => database.Set<InboxRow>().Where(row => ended.Contains(row.JobId!)).ExecuteDeleteAsync(CancellationToken.None), cancellationToken);
    }

    private async Task<List<string>> EndedAsync(IReadOnlyCollection<string> jobIds, TimeSpan forAtLeast, CancellationToken cancellationToken)
    {
        var ended = new List<string>();
        if (jobIds.Count > 0)
        {
            foreach (var jobs in finished)
            {
                ended.AddRange(await jobs.SelectAsync(jobIds, forAtLeast, cancellationToken));
            }
        }

        return ended;
    }
}

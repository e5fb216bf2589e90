using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>A row with columns that are damaged must not hold back all others of its database.</summary>
internal sealed partial class OutboxDispatcher<TDb>
{
    /// <summary>Gives up, and parks with what can be read of them, the waiting rows that cannot be read. False if there was none.</summary>
    private async Task<bool> GiveUpUnreadableAsync(CancellationToken stopping)
    {
        var found = false;
        await using var database = await databases.CreateDbContextAsync(stopping);
        foreach (var seq in await database.Set<OutboxRow>().Where(row => row.SentAt == null && row.DeadAt == null).Select(row => row.Seq).ToListAsync(stopping))
        {
            try
            {
                await database.Set<OutboxRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Seq == seq, stopping);
            }
            catch (Exception exception) when (IsUnreadable(exception))
            {
                await GiveUpAsync(database, seq, exception, stopping);
                found = true;
            }
        }

        return found;
    }

    private async Task GiveUpAsync(TDb database, long seq, Exception exception, CancellationToken stopping)
    {
        var left = await database.Set<OutboxRow>().Where(row => row.Seq == seq)
            .Select(row => new { row.JobId, row.Destination, row.ContentType, row.MessageTypes, row.Body }).SingleOrDefaultAsync(stopping);
        if (left is null)
        {
            return;
        }

        await database.Set<OutboxRow>().Where(row => row.Seq == seq).ExecuteUpdateAsync(row => row.SetProperty(x => x.Claim, settings.Owner), stopping);
        var unreadable = new OutboxRow
        {
            Seq = seq,
            MessageId = Guid.Empty,
            JobId = left.JobId,
            Destination = left.Destination ?? "",
            ContentType = left.ContentType ?? "",
            MessageTypes = left.MessageTypes ?? "",
            Body = left.Body ?? "",
        };
        logger.GivenUp(exception, unreadable.MessageTypes, Guid.Empty, unreadable.JobId, unreadable.Destination, settings.FailureLimit);
        await GiveBackAsync(unreadable, TimeSpan.Zero, settings.FailureLimit, exception, stopping);
    }

    /// <summary>What EF Core throws for a value that is not of its column's type.</summary>
    private static bool IsUnreadable(Exception exception) => exception is FormatException or InvalidCastException or OverflowException;
}

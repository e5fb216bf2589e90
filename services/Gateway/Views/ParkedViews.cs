using System.Text.Json;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>The parked messages: list, drop, send again.</summary>
internal sealed class ParkedViews(IDbContextFactory<GatewayDbContext> databases, ServiceOutbox<GatewayDbContext> outbox)
{
    /// <summary>Newest first, without bodies' limits: a list is short, or something else is wrong.</summary>
    public async Task<IReadOnlyList<ParkedRow>> ListAsync(string? jobId, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Parked.AsNoTracking().Where(row => jobId == null || row.JobId == jobId)
            .OrderByDescending(row => row.Id).Take(limit).ToListAsync(cancellationToken);
    }

    public async Task<int> CountAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Parked.CountAsync(row => row.JobId == jobId, cancellationToken);
    }

    /// <param name="id">Null for all.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> DropAsync(long? id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Parked.Where(row => id == null || row.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Sends the message to its queue again and forgets it, in one transaction. Null: there is none; false: its body is not whole.</summary>
    public async Task<bool?> SendAgainAsync(long id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Parked.SingleOrDefaultAsync(parked => parked.Id == id, cancellationToken);
        if (row is not { IsWhole: true })
        {
            return row is null ? null : false;
        }

        database.Remove(row);
        outbox.Add(database, new OutboxRow
        {
            MessageId = row.MessageId ?? Guid.NewGuid(),
            JobId = row.JobId,
            Destination = row.Queue,
            ContentType = row.ContentType,
            MessageTypes = row.MessageTypes,
            Body = row.Body,
            Headers = JsonSerializer.Serialize(new Dictionary<string, string> { [ParkedMessages.SentAgain] = Guid.NewGuid().ToString("N") }),
        });
        try
        {
            await outbox.SaveAsync(database, cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            // Dropped, or sent again by another request, meanwhile.
            return null;
        }
    }
}

using System.Text.Json;
using System.Threading.Channels;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Messaging.Parking;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>From a claimed row to a confirmed message.</summary>
internal sealed partial class OutboxDispatcher<TDb>
{
    /// <summary>One job's messages of one kind go through one lane, in order.</summary>
    private Channel<(OutboxRow Row, long ClaimedAt)> LaneOf(OutboxRow row) =>
        _bundles.FirstOrDefault(bundle => bundle.Bundle.Takes(row)).Lane
        ?? _lanes[(uint)(row.JobId ?? row.MessageId.ToString()).GetHashCode(StringComparison.Ordinal) % (uint)_lanes.Length];

    private async Task SendAsync(ChannelReader<(OutboxRow Row, long ClaimedAt)> lane, CancellationToken stopping)
    {
        await foreach (var (row, claimedAt) in lane.ReadAllAsync(stopping))
        {
            Interlocked.Decrement(ref _queued);
            if (IsFresh(claimedAt))
            {
                await SendAsync(row, stopping);
            }
        }
    }

    /// <summary>What came while the last bundle was sent goes as the next one.</summary>
    private async Task SendAsync(OutboxBundle bundle, ChannelReader<(OutboxRow Row, long ClaimedAt)> lane, CancellationToken stopping)
    {
        var taken = new List<(OutboxRow Row, long ClaimedAt)>();
        while (await lane.WaitToReadAsync(stopping))
        {
            taken.Clear();
            while (taken.Count < OutboxBundle.Limit && lane.TryRead(out var queued))
            {
                Interlocked.Decrement(ref _queued);
                if (IsFresh(queued.ClaimedAt))
                {
                    taken.Add(queued);
                }
            }

            if (taken.Count < 2 || !await TrySendAsync(bundle, [.. taken.Select(queued => queued.Row)], stopping))
            {
                // Alone: each waits, counts and ends by itself.
                foreach (var (row, _) in taken.Where(queued => IsFresh(queued.ClaimedAt)))
                {
                    await SendAsync(row, stopping);
                }
            }
        }
    }

    /// <summary>False for a row that was queued so long that its claim may end during the send: the sweep will take it again.</summary>
    private bool IsFresh(long claimedAt) => time.GetElapsedTime(claimedAt) < settings.ClaimTime - settings.SendLimit;

    private async Task<bool> TrySendAsync(OutboxBundle bundle, IReadOnlyList<OutboxRow> rows, CancellationToken stopping)
    {
        try
        {
            await SendAsync(rows, limit => _bus!.Publish(bundle.Make(rows), Pipe.Execute<PublishContext>(StoredMessagePipe.Require), limit), stopping);
            return true;
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            logger.BundleFailed(exception, rows.Count);
            return false;
        }
    }

    private async Task SendAsync(OutboxRow row, CancellationToken stopping)
    {
        try
        {
            await SendAsync(
                [row],
                async limit =>
                {
                    var endpoint = await _bus!.GetSendEndpoint(AddressOf(row));
                    await endpoint.Send(new SerializedMessageBody(), new StoredMessagePipe(row), limit);
                },
                stopping);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            await FailedAsync(row, exception, stopping);
        }
    }

    /// <summary>A row of the time when the service was on the other transport: exchanges have the same names there.</summary>
    private Uri AddressOf(OutboxRow row)
    {
        var address = new Uri(row.Destination);
        return address.Scheme is "queue" or "exchange" || address.Scheme == _bus!.Address.Scheme
            ? address
            : new Uri("exchange:" + Uri.UnescapeDataString(address.Segments[^1]));
    }

    /// <summary>On a bus that is well, within the time limit; what is confirmed is marked.</summary>
    private async Task SendAsync(IReadOnlyList<OutboxRow> rows, Func<CancellationToken, Task> send, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(settings.SendLimit);
        await _bus!.WaitForHealthStatus(BusHealthStatus.Healthy, limit.Token);

        // Not the token alone: RabbitMQ.Client may let go of a send without ending it (DeclareInTurns says why), and a lane must not stand still for that.
        await send(limit.Token).WaitAsync(limit.Token);
        foreach (var row in rows)
        {
            MessagingPoints.Reach(MessagingPoints.MessageSent, row.MessageId);
            _sent.Writer.TryWrite(row.Seq);
        }
    }

    /// <summary>A fault counts against the message only if the bus is well: an outage of the broker, however long, kills no row.</summary>
    private async Task FailedAsync(OutboxRow row, Exception exception, CancellationToken stopping)
    {
        var own = !BrokerFaults.IsOutage(exception) && _bus!.CheckHealth().Status == BusHealthStatus.Healthy;

        // A row that cannot even be read will not get better.
        var count = !own ? 0 : exception is JsonException or FormatException ? settings.FailureLimit : 1;
        var failures = row.Failures + count;
        var doubled = settings.FirstWait * Math.Pow(2, Math.Min(failures, 16));
        var wait = doubled < LongestWait ? doubled : LongestWait;
        if (own && failures >= settings.FailureLimit)
        {
            logger.GivenUp(exception, row.MessageTypes, row.MessageId, row.JobId, row.Destination, failures);
        }
        else if (!own)
        {
            logger.Waits(exception, row.MessageTypes, row.JobId);
        }
        else
        {
            logger.SendFailed(exception, row.MessageTypes, row.JobId, wait);
        }

        try
        {
            await GiveBackAsync(row, wait, count, failures >= settings.FailureLimit ? exception : null, stopping);
        }
        catch (Exception database) when (!stopping.IsCancellationRequested)
        {
            // Its claim runs out instead.
            logger.DatabaseFailed(database, typeof(TDb).Name);
        }

        Wake();
    }

    /// <param name="row">As it was claimed.</param>
    /// <param name="wait">Until the next try.</param>
    /// <param name="count">Failures to count.</param>
    /// <param name="end">Why the row is given up; null if it is not. Then it is parked in the same transaction.</param>
    /// <param name="stopping">Ends the wait for the lock.</param>
    private async Task GiveBackAsync(OutboxRow row, TimeSpan wait, int count, Exception? end, CancellationToken stopping)
    {
        await using var database = await databases.CreateDbContextAsync(stopping);
        object[] arguments = [(long)wait.TotalMilliseconds, count, settings.FailureLimit, row.Seq, settings.Owner];
        if (end is null || row.Destination.Contains(ParkedMessages.Queue, StringComparison.Ordinal))
        {
            await writes.RunAsync(database, _ => database.Database.ExecuteSqlRawAsync(dialect.GiveBack, arguments, CancellationToken.None), stopping);
            return;
        }

        var outbox = provider.GetRequiredService<ServiceOutbox<TDb>>();
        var parked = ParkedMessages.From(row, $"{end.GetType().Name}: {end.Message}", time.GetUtcNow());
        await outbox.AddAsync(database, parked, $"outbox|{typeof(TDb).Name}|{row.Seq}", stopping);
        await outbox.SaveAsync(
            database,
            async session =>
            {
                await using var joined = await session.JoinAsync(database);
                return await database.Database.ExecuteSqlRawAsync(dialect.GiveBack, arguments, CancellationToken.None) == 1;
            },
            stopping);
    }
}

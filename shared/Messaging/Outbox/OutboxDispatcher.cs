using System.Text.Json;
using System.Threading.Channels;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Messaging.Parking;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// Sends the outbox rows of one database: those that this process has just written, handed over in memory; and by a sweep those that came due, or whose
/// sender did not come back. At least once; the receivers' inboxes drop what comes twice.
/// </summary>
internal sealed class OutboxDispatcher<TDb>(
    IDbContextFactory<TDb> databases,
    IServiceProvider provider,
    OutboxCleaner<TDb> cleaner,
    OutboxSettings settings,
    SqlDialect dialect,
    WriteQueue<TDb> writes,
    TimeProvider time,
    ILogger<OutboxDispatcher<TDb>> logger) : BackgroundService
    where TDb : ServiceDbContext
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Time between two sweeps while there is something to do.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Sent rows gather for so long before they are marked in one commit.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);

    private readonly Channel<(OutboxRow Row, long ClaimedAt)>[] _lanes = [.. Enumerable.Range(0, settings.Lanes).Select(_ => Channel.CreateUnbounded<(OutboxRow, long)>())];
    private readonly Channel<long> _sent = Channel.CreateUnbounded<long>();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private IBusControl? _bus;
    private int _queued;

    /// <summary>Takes over rows that were just committed: claimed ones are sent, others make the sweep look when the next is due.</summary>
    public void Enqueue(IReadOnlyCollection<OutboxRow> rows)
    {
        foreach (var row in rows.Where(row => row.Claim == settings.Owner))
        {
            // One job's messages go through one lane, in order.
            var lane = (uint)(row.JobId ?? row.MessageId.ToString()).GetHashCode(StringComparison.Ordinal) % (uint)_lanes.Length;
            Interlocked.Increment(ref _queued);
            _lanes[lane].Writer.TryWrite((row, time.GetTimestamp()));
        }

        if (rows.Any(row => row.Claim is null))
        {
            Wake();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _bus = provider.GetRequiredService<IBusControl>();
        var marking = MarkAsync();
        try
        {
            await Task.WhenAll([SweepAsync(stoppingToken), .. _lanes.Select(lane => SendAsync(lane.Reader, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.Stopped(typeof(TDb).Name);
        }
        finally
        {
            _sent.Writer.Complete();
            await marking;
        }
    }

    private void Wake()
    {
        // A wake that is lost between question and release was asked for by somebody else at the same time.
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                return;
            }
        }
    }

    private async Task SendAsync(ChannelReader<(OutboxRow Row, long ClaimedAt)> lane, CancellationToken stopping)
    {
        await foreach (var (row, claimedAt) in lane.ReadAllAsync(stopping))
        {
            Interlocked.Decrement(ref _queued);

            // Queued so long that the claim may end during the send: the sweep will take it again.
            if (time.GetElapsedTime(claimedAt) < settings.ClaimTime - settings.SendLimit)
            {
                await SendAsync(row, stopping);
            }
        }
    }

    private async Task SendAsync(OutboxRow row, CancellationToken stopping)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(settings.SendLimit);
            await _bus!.WaitForHealthStatus(BusHealthStatus.Healthy, limit.Token);
            var endpoint = await _bus!.GetSendEndpoint(new Uri(row.Destination));
            await endpoint.Send(new SerializedMessageBody(), new StoredMessagePipe(row), limit.Token);
            MessagingPoints.Reach(MessagingPoints.MessageSent, row.MessageId);
            _sent.Writer.TryWrite(row.Seq);
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            await FailedAsync(row, exception, stopping);
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

    /// <summary>Marks (or deletes) sent rows, many in one commit. Rows that it does not get to are sent again.</summary>
    private async Task MarkAsync()
    {
        var batch = new List<long>();
        while (await _sent.Reader.WaitToReadAsync())
        {
            await Task.Delay(Gather, time);
            batch.Clear();
            while (batch.Count < settings.Batch && _sent.Reader.TryRead(out var row))
            {
                batch.Add(row);
            }

            try
            {
                await using var database = await databases.CreateDbContextAsync(CancellationToken.None);
                await writes.RunAsync(
                    database,
                    _ => database.Database.ExecuteSqlRawAsync(settings.TransportForgets ? dialect.MarkSent(batch) : dialect.DeleteSent(batch)),
                    CancellationToken.None);
            }
            catch (Exception exception)
            {
                logger.DatabaseFailed(exception, typeof(TDb).Name);
            }
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        var cleaned = time.GetTimestamp();
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            var wait = settings.Poll;
            try
            {
                await _bus!.WaitForHealthStatus(BusHealthStatus.Healthy, stopping);
                wait = await ClaimDueAsync(stopping);
                if (time.GetElapsedTime(cleaned) >= settings.CleanEvery)
                {
                    cleaned = time.GetTimestamp();
                    await cleaner.CleanAsync(stopping);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.DatabaseFailed(exception, typeof(TDb).Name);
            }

            await _wake.WaitAsync(wait, stopping);
        }
    }

    /// <summary>The time until it is worth looking again.</summary>
    private async Task<TimeSpan> ClaimDueAsync(CancellationToken stopping)
    {
        if (Volatile.Read(ref _queued) >= settings.Batch)
        {
            // What is claimed and cannot be sent at once would only outlive its claim.
            return Pause;
        }

        await using var database = await databases.CreateDbContextAsync(stopping);
        var next = await dialect.NextDueAsync(database, stopping);
        if (next is > 0 or null)
        {
            return next < settings.Poll.TotalMilliseconds ? TimeSpan.FromMilliseconds(next.Value) : settings.Poll;
        }

        var rows = await writes.RunAsync(
            database,
            _ => database.Set<OutboxRow>()
                .FromSqlRaw(dialect.ClaimDue, settings.Owner, (long)settings.ClaimTime.TotalMilliseconds, settings.Batch)
                .AsNoTracking().ToListAsync(CancellationToken.None),
            stopping);

        Enqueue([.. rows.OrderBy(row => row.Seq)]);
        return rows.Count == settings.Batch ? TimeSpan.Zero : Pause;
    }
}

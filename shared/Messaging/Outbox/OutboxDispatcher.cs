using System.Threading.Channels;
using FineTunePipeline.Messaging.Data;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// Sends the outbox rows of one database: those that this process has just written, handed over in memory; and by a sweep those that came due, or whose
/// sender did not come back. At least once; the receivers' inboxes drop what comes twice.
/// </summary>
internal sealed partial class OutboxDispatcher<TDb>(
    IDbContextFactory<TDb> databases,
    IServiceProvider provider,
    OutboxCleaner<TDb> cleaner,
    IEnumerable<OutboxBundle> bundles,
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
    private readonly (OutboxBundle Bundle, Channel<(OutboxRow Row, long ClaimedAt)> Lane)[] _bundles = [.. bundles.Select(bundle => (bundle, Channel.CreateUnbounded<(OutboxRow, long)>()))];
    private readonly Channel<long> _sent = Channel.CreateUnbounded<long>();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private IBusControl? _bus;
    private int _queued;

    /// <summary>Takes over rows that were just committed: claimed ones are sent, others make the sweep look when the next is due.</summary>
    public void Enqueue(IReadOnlyCollection<OutboxRow> rows)
    {
        foreach (var row in rows.Where(row => row.Claim == settings.Owner))
        {
            Interlocked.Increment(ref _queued);
            LaneOf(row).Writer.TryWrite((row, time.GetTimestamp()));
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
            await Task.WhenAll([
                SweepAsync(stoppingToken),
                .. _lanes.Select(lane => SendAsync(lane.Reader, stoppingToken)),
                .. _bundles.Select(bundle => SendAsync(bundle.Bundle, bundle.Lane.Reader, stoppingToken))]);
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
                wait = await ClaimReadableAsync(stopping);
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

    private async Task<TimeSpan> ClaimReadableAsync(CancellationToken stopping)
    {
        try
        {
            return await ClaimDueAsync(stopping);
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            if (!await GiveUpUnreadableAsync(stopping))
            {
                throw;
            }

            return TimeSpan.Zero;
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

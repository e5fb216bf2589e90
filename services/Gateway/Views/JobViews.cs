using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Writes events into the views, and reads them. One writer at a time in this process: each event is one short transaction.</summary>
internal sealed class JobViews(IDbContextFactory<GatewayDbContext> databases, JobSignals signals, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _writer = new(1, 1);

    /// <summary>Makes the row of a job that is being submitted, and of the key it came with, before its first message is sent.</summary>
    public async Task AddAsync(string jobId, JobSpec spec, DateTimeOffset submittedAt, IdempotencyRow? key, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.Jobs.Add(new JobRow
        {
            JobId = jobId,
            Name = spec.Name ?? Path.GetFileNameWithoutExtension(spec.Dataset.Split(',')[0]),
            Spec = JsonSerializer.Serialize(spec, ContractJson.Options),
            SubmittedAtMs = submittedAt.ToUnixTimeMilliseconds(),
            State = JobState.Queued,
        });
        if (key is not null)
        {
            database.IdempotencyKeys.Add(key);
        }

        await database.SaveChangesAsync(cancellationToken);
    }

    public Task ApplyAsync(JobChanged change, CancellationToken cancellationToken) => WriteAsync(
        change.JobId,
        "changed",
        change,
        row =>
        {
            if (change.Version <= row.Version)
            {
                return false;
            }

            (row.Version, row.State, row.Change) = (change.Version, change.State, Json(change));
            return true;
        },
        cancellationToken);

    public Task ApplyAsync(TrainingProgressed progress, CancellationToken cancellationToken) => WriteAsync(
        progress.JobId,
        "progress",
        progress,
        row =>
        {
            row.Progress = Json(progress);
            return true;
        },
        cancellationToken);

    public Task ApplyAsync(CheckpointCommitted checkpoint, CancellationToken cancellationToken) =>
        WriteAsync(checkpoint.JobId, "checkpoint", checkpoint, _ => true, cancellationToken);

    public async Task<JobRow?> FindAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.JobId == jobId, cancellationToken);
    }

    /// <summary>Newest first; <paramref name="before"/> is the last id of the page before.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(string? before, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = database.Jobs.AsNoTracking();
        if (before is not null)
        {
            rows = rows.Where(row => string.Compare(row.JobId, before) < 0);
        }

        return await rows.OrderByDescending(row => row.JobId).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Events after a number, oldest first.</summary>
    public async Task<IReadOnlyList<EventRow>> EventsAsync(string jobId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Events.AsNoTracking()
            .Where(row => row.JobId == jobId && row.Sequence > after).OrderBy(row => row.Sequence).Take(limit).ToListAsync(cancellationToken);
    }

    public void Dispose() => _writer.Dispose();

    private async Task WriteAsync(string jobId, string type, object @event, Func<JobRow, bool> apply, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var row = await database.Jobs.SingleOrDefaultAsync(job => job.JobId == jobId, cancellationToken)
                ?? throw new InvalidOperationException($"{jobId} has no row in the gateway's views.");
            if (!apply(row))
            {
                return;
            }

            row.LastSequence++;
            database.Events.Add(new EventRow
            {
                JobId = jobId,
                Sequence = row.LastSequence,
                Type = type,
                AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Data = Json(@event),
            });
            await database.SaveChangesAsync(cancellationToken);
        }
        finally
        {
            _writer.Release();
        }

        signals.Set(jobId);
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, value.GetType(), ContractJson.Options);
}

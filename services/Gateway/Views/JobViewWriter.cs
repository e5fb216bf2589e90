using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Changes the views by one event, in the transaction that drops its duplicates: a number is taken once, and there are no gaps.</summary>
internal sealed class JobViewWriter(GatewayDbContext database, TimeProvider time)
{
    /// <summary>Those of the jobs that have a view; their rows are at hand afterwards.</summary>
    public async Task<IReadOnlySet<string>> KnownAsync(IEnumerable<string> jobIds, CancellationToken cancellationToken)
    {
        var asked = jobIds.Distinct().ToList();
        return (await database.Jobs.Where(job => asked.Contains(job.JobId)).ToListAsync(cancellationToken)).Select(job => job.JobId).ToHashSet();
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
            // A resent message may come after its successors; the last of a run comes again with the stage's outcome.
            if (row.Progress is not null && JsonSerializer.Deserialize<TrainingProgressed>(row.Progress, ContractJson.Options) is { } shown
                && ((progress.Attempt, progress.Step).CompareTo((shown.Attempt, shown.Step)) < 0 || progress with { At = shown.At } == shown))
            {
                return false;
            }

            row.Progress = Json(progress);
            return true;
        },
        cancellationToken);

    public Task ApplyAsync(CheckpointCommitted checkpoint, CancellationToken cancellationToken) =>
        WriteAsync(checkpoint.JobId, "checkpoint", checkpoint, _ => true, cancellationToken);

    public Task ApplyAsync(JobCostChanged cost, CancellationToken cancellationToken) => WriteAsync(
        cost.JobId,
        "cost",
        cost,
        row =>
        {
            if (row.Cost is not null && JsonSerializer.Deserialize<JobCostChanged>(row.Cost, ContractJson.Options) is { } known && known.At >= cost.At)
            {
                return false;
            }

            row.Cost = Json(cost);
            return true;
        },
        cancellationToken);

    /// <summary>Keeps a parked message; the job that it speaks of, if there is one, gets an event without the body.</summary>
    public async Task ApplyAsync(ParkMessage parked, CancellationToken cancellationToken)
    {
        database.Parked.Add(new ParkedRow
        {
            Reason = parked.Reason,
            Queue = parked.Queue,
            JobId = parked.JobId,
            MessageId = parked.MessageId,
            MessageTypes = parked.MessageTypes,
            ContentType = parked.ContentType,
            Fault = parked.Fault,
            Body = parked.Body,
            IsWhole = parked.IsWhole,
            AtMs = parked.At.ToUnixTimeMilliseconds(),
        });
        if (parked.JobId is { } jobId && await database.Jobs.AnyAsync(job => job.JobId == jobId, cancellationToken))
        {
            await WriteAsync(jobId, "parked", new { parked.Reason, parked.Queue, parked.MessageTypes, parked.Fault, parked.At }, _ => true, cancellationToken);
        }
    }

    private async Task WriteAsync(string jobId, string type, object @event, Func<JobRow, bool> apply, CancellationToken cancellationToken)
    {
        var row = await database.Jobs.FindAsync([jobId], cancellationToken)
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
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, value.GetType(), ContractJson.Options);
}

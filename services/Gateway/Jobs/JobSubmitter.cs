using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Gateway.Jobs;

/// <summary>Begins, pauses, resumes and cancels jobs. What was answered with 202 is done, whatever becomes of this process: its message is in the gateway's outbox.</summary>
public sealed class JobSubmitter
{
    private readonly ServiceOutbox<GatewayDbContext> _outbox;
    private readonly IdempotencyKeys _keys;
    private readonly TimeProvider _time;

    internal JobSubmitter(ServiceOutbox<GatewayDbContext> outbox, IdempotencyKeys keys, TimeProvider time) => (_outbox, _keys, _time) = (outbox, keys, time);

    /// <summary>Begins a job, once for each key. Paths in the job must be absolute, or artifacts.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="planOnly">It is only checked, and tells what it would do.</param>
    /// <param name="key">null: each call is a job of its own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The id of the new job, or of the one that the key began before; null if the key stands for another body.</returns>
    public async Task<string?> SubmitAsync(JobSpec spec, bool planOnly, IdempotencyKey? key, CancellationToken cancellationToken) => key is null
        ? await BeginAsync(spec, planOnly, key, cancellationToken)
        : await _keys.OnceAsync(key, () => BeginAsync(spec, planOnly, key, cancellationToken), cancellationToken);

    /// <summary>Asks for the end of a job; harmless for one that has ended.</summary>
    public Task CancelAsync(string jobId, string reason, CancellationToken cancellationToken) =>
        _outbox.SendAsync(StageQueues.OrchestratorAddress, new CancelJob { JobId = jobId, Reason = reason }, change: null, cancellationToken);

    /// <summary>Asks for a rest of a job; harmless for one that rests or has ended.</summary>
    public Task PauseAsync(string jobId, string reason, CancellationToken cancellationToken) =>
        _outbox.SendAsync(StageQueues.OrchestratorAddress, new PauseJob { JobId = jobId, Reason = reason }, change: null, cancellationToken);

    /// <summary>Asks a job to go on; harmless for one that is not paused and waits for nobody.</summary>
    public Task ResumeAsync(string jobId, decimal? budgetTotal, CancellationToken cancellationToken) =>
        _outbox.SendAsync(StageQueues.OrchestratorAddress, new ResumeJob { JobId = jobId, BudgetTotal = budgetTotal }, change: null, cancellationToken);

    /// <summary>Writes the rows of the job and its key, and the job's first message, in one transaction.</summary>
    private async Task<string> BeginAsync(JobSpec spec, bool planOnly, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var (jobId, now) = (JobId.New(), _time.GetUtcNow());
        var row = new JobRow
        {
            JobId = jobId,
            Name = spec.Name ?? Path.GetFileNameWithoutExtension(spec.Dataset.Split(',')[0]),
            Spec = JsonSerializer.Serialize(spec, ContractJson.Options),
            SubmittedAtMs = now.ToUnixTimeMilliseconds(),
            State = JobState.Queued,
            PlanOnly = planOnly,
        };
        void Write(GatewayDbContext database)
        {
            database.Jobs.Add(row);
            if (key is not null)
            {
                database.IdempotencyKeys.Add(new IdempotencyRow { Key = key.Value, BodySha256 = key.BodySha256, JobId = jobId, CreatedAtMs = row.SubmittedAtMs });
            }
        }

        await (planOnly
            ? _outbox.SendAsync(StageQueues.OrchestratorAddress, new PlanJob { JobId = jobId, Spec = spec, SubmittedAt = now }, Write, cancellationToken)
            : _outbox.SendAsync(StageQueues.OrchestratorAddress, new SubmitJob { JobId = jobId, Spec = spec, SubmittedAt = now }, Write, cancellationToken));
        return jobId;
    }
}

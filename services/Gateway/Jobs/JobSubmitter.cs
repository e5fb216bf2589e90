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
    /// <returns>The id of the new job, or of the one that the key began before; null if the key stands for another body.</returns>
    public async Task<string?> SubmitAsync(JobSpec spec, IdempotencyKey? key, CancellationToken cancellationToken) => key is null
        ? await BeginAsync(spec, key, cancellationToken)
        : await _keys.OnceAsync(key, () => BeginAsync(spec, key, cancellationToken), cancellationToken);

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
    private async Task<string> BeginAsync(JobSpec spec, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var submit = new SubmitJob { JobId = JobId.New(), Spec = spec, SubmittedAt = _time.GetUtcNow() };
        var row = new JobRow
        {
            JobId = submit.JobId,
            Name = spec.Name ?? Path.GetFileNameWithoutExtension(spec.Dataset.Split(',')[0]),
            Spec = JsonSerializer.Serialize(spec, ContractJson.Options),
            SubmittedAtMs = submit.SubmittedAt.ToUnixTimeMilliseconds(),
            State = JobState.Queued,
        };
        await _outbox.SendAsync(
            StageQueues.OrchestratorAddress,
            submit,
            database =>
            {
                database.Jobs.Add(row);
                if (key is not null)
                {
                    database.IdempotencyKeys.Add(new IdempotencyRow
                    {
                        Key = key.Value,
                        BodySha256 = key.BodySha256,
                        JobId = row.JobId,
                        CreatedAtMs = row.SubmittedAtMs,
                    });
                }
            },
            cancellationToken);
        return submit.JobId;
    }
}

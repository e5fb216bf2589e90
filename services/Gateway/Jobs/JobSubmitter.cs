using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Gateway.Jobs;

/// <summary>Begins and cancels jobs. What was answered with 202 is done, whatever becomes of this process: its message is in the gateway's outbox.</summary>
public sealed class JobSubmitter
{
    private readonly ServiceOutbox<GatewayDbContext> _outbox;
    private readonly TimeProvider _time;

    internal JobSubmitter(ServiceOutbox<GatewayDbContext> outbox, TimeProvider time) => (_outbox, _time) = (outbox, time);

    /// <summary>Writes the job's row and its first message in one transaction. Paths in the job must be absolute, or artifacts.</summary>
    /// <returns>The new job's id.</returns>
    public async Task<string> SubmitAsync(JobSpec spec, CancellationToken cancellationToken)
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
        await _outbox.SendAsync(StageQueues.OrchestratorAddress, submit, database => database.Jobs.Add(row), cancellationToken);
        return submit.JobId;
    }

    /// <summary>Asks for the end of a job; harmless for one that has ended.</summary>
    public Task CancelAsync(string jobId, string reason, CancellationToken cancellationToken) =>
        _outbox.SendAsync(StageQueues.OrchestratorAddress, new CancelJob { JobId = jobId, Reason = reason }, change: null, cancellationToken);
}

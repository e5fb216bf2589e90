using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Gateway.Jobs;

/// <summary>Begins and cancels jobs.</summary>
public sealed class JobSubmitter
{
    private readonly JobViews _views;
    private readonly IdempotencyKeys _keys;
    private readonly ISendEndpointProvider _endpoints;
    private readonly TimeProvider _time;

    internal JobSubmitter(JobViews views, IdempotencyKeys keys, IBus bus, TimeProvider time)
    {
        _views = views;
        _keys = keys;
        _endpoints = bus;
        _time = time;
    }

    /// <summary>Begins a job, once for each key. Paths in the job must be absolute, or artifacts.</summary>
    /// <returns>The id of the new job, or of the one that the key began before; null if the key stands for another body.</returns>
    public async Task<string?> SubmitAsync(JobSpec spec, IdempotencyKey? key, CancellationToken cancellationToken) => key is null
        ? await BeginAsync(spec, key, cancellationToken)
        : await _keys.OnceAsync(key, () => BeginAsync(spec, key, cancellationToken), cancellationToken);

    /// <summary>Asks for the end of a job; harmless for one that has ended.</summary>
    public Task CancelAsync(string jobId, string reason, CancellationToken cancellationToken) =>
        SendAsync(new CancelJob { JobId = jobId, Reason = reason }, cancellationToken);

    /// <summary>Stores the rows of the job and its key in one transaction, then sends the job's first message.</summary>
    private async Task<string> BeginAsync(JobSpec spec, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var submit = new SubmitJob { JobId = JobId.New(), Spec = spec, SubmittedAt = _time.GetUtcNow() };
        var keyRow = key is null ? null : new IdempotencyRow
        {
            Key = key.Value,
            BodySha256 = key.BodySha256,
            JobId = submit.JobId,
            CreatedAtMs = submit.SubmittedAt.ToUnixTimeMilliseconds(),
        };
        await _views.AddAsync(submit.JobId, spec, submit.SubmittedAt, keyRow, cancellationToken);
        await SendAsync(submit, cancellationToken);
        return submit.JobId;
    }

    private async Task SendAsync<T>(T message, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = await _endpoints.GetSendEndpoint(StageQueues.OrchestratorAddress);
        await endpoint.Send(message, cancellationToken);
    }
}

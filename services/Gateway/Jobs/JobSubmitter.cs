using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Views;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Gateway.Jobs;

/// <summary>Begins and cancels jobs.</summary>
public sealed class JobSubmitter
{
    private readonly JobViews _views;
    private readonly ISendEndpointProvider _endpoints;
    private readonly TimeProvider _time;

    internal JobSubmitter(JobViews views, IBus bus, TimeProvider time)
    {
        _views = views;
        _endpoints = bus;
        _time = time;
    }

    /// <summary>Stores the job's row, then sends its first message. Paths in the job must be absolute, or artifacts.</summary>
    /// <returns>The new job's id.</returns>
    public async Task<string> SubmitAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var submit = new SubmitJob { JobId = JobId.New(), Spec = spec, SubmittedAt = _time.GetUtcNow() };
        await _views.AddAsync(submit.JobId, spec, submit.SubmittedAt, cancellationToken);
        await SendAsync(submit, cancellationToken);
        return submit.JobId;
    }

    /// <summary>Asks for the end of a job; harmless for one that has ended.</summary>
    public Task CancelAsync(string jobId, string reason, CancellationToken cancellationToken) =>
        SendAsync(new CancelJob { JobId = jobId, Reason = reason }, cancellationToken);

    private async Task SendAsync<T>(T message, CancellationToken cancellationToken)
        where T : class
    {
        var endpoint = await _endpoints.GetSendEndpoint(StageQueues.OrchestratorAddress);
        await endpoint.Send(message, cancellationToken);
    }
}

using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Saga;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Waiting;

/// <summary>Wakes the jobs that have waited for a host for the longest time: they try again now, and not at the end of their wait.</summary>
internal sealed class HostFreedConsumer(WaitingJobs jobs) : IConsumer<HostFreed>
{
    /// <summary>More than one: the first may not fit the host's price.</summary>
    private const int AtOnce = 4;

    public async Task Consume(ConsumeContext<HostFreed> context)
    {
        var orchestrator = await context.GetSendEndpoint(StageQueues.OrchestratorAddress);
        foreach (var jobId in await jobs.ForHostAsync(AtOnce, context.CancellationToken))
        {
            await orchestrator.Send(new WakeUp { JobId = jobId }, context.CancellationToken);
        }
    }
}

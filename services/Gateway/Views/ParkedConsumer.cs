using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Keeps what the services could not take, and lets the job say so.</summary>
internal sealed class ParkedConsumer(JobViewWriter views, JobSignals signals) : IConsumer<ParkMessage>
{
    public Task Consume(ConsumeContext<ParkMessage> context)
    {
        if (context.Message.JobId is { } jobId)
        {
            context.AfterCommit(() => signals.Set(jobId));
        }

        return views.ApplyAsync(context.Message, context.CancellationToken);
    }
}

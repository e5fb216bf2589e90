using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Puts what the services tell into the gateway's views.</summary>
internal sealed class JobViewConsumer(JobViewWriter views, JobSignals signals) : IConsumer<JobChanged>, IConsumer<TrainingProgressed>, IConsumer<CheckpointCommitted>
{
    public Task Consume(ConsumeContext<JobChanged> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<TrainingProgressed> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<CheckpointCommitted> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    private Task TellAfter<T>(ConsumeContext<T> context, Task applied)
        where T : class, IJobMessage
    {
        context.AfterCommit(() => signals.Set(context.Message.JobId));
        return applied;
    }
}

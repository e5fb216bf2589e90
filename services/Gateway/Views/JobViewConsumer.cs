using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Puts what the services tell into the gateway's views.</summary>
internal sealed class JobViewConsumer(JobViewWriter views, JobSignals signals) : IConsumer<JobChanged>, IConsumer<JobsChanged>, IConsumer<TrainingProgressed>, IConsumer<CheckpointCommitted>
{
    public Task Consume(ConsumeContext<JobChanged> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    /// <summary>One of a job that has no view here goes back alone, to fail and to be parked alone.</summary>
    public async Task Consume(ConsumeContext<JobsChanged> context)
    {
        var known = await views.KnownAsync(context.Message.Changes.Select(change => change.JobId), context.CancellationToken);
        foreach (var change in context.Message.Changes)
        {
            await (known.Contains(change.JobId) ? views.ApplyAsync(change, context.CancellationToken) : context.Publish(change, context.CancellationToken));
        }

        context.AfterCommit(() =>
        {
            foreach (var job in known)
            {
                signals.Set(job);
            }
        });
    }

    public Task Consume(ConsumeContext<TrainingProgressed> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    public Task Consume(ConsumeContext<CheckpointCommitted> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    private Task TellAfter<T>(ConsumeContext<T> context, Task applied)
        where T : class, IJobMessage
    {
        context.AfterCommit(() => signals.Set(context.Message.JobId));
        return applied;
    }
}

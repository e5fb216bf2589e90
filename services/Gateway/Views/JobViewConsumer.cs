using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Puts what the services tell into the gateway's views.</summary>
internal sealed class JobViewConsumer(JobViewWriter views, JobSignals signals, TimeProvider time)
    : IConsumer<JobChanged>, IConsumer<JobsChanged>, IConsumer<TrainingProgressed>, IConsumer<CheckpointCommitted>, IConsumer<JobCostChanged>,
        IConsumer<HostAcquired>, IConsumer<HostReleased>
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

    public Task Consume(ConsumeContext<JobCostChanged> context) => TellAfter(context, views.ApplyAsync(context.Message, context.CancellationToken));

    /// <summary>The first word on what a host costs: its first tick is reserved.</summary>
    public Task Consume(ConsumeContext<HostAcquired> context) => ApplyCostAsync(context, context.Message.Hosts, context.Message.Currency);

    /// <summary>The last word on what a host cost.</summary>
    public Task Consume(ConsumeContext<HostReleased> context) => ApplyCostAsync(context, context.Message.Hosts, context.Message.Currency);

    /// <summary>Of hosts that cost nothing nothing is told.</summary>
    private Task ApplyCostAsync<T>(ConsumeContext<T> context, IReadOnlyList<HostCost> hosts, string currency)
        where T : class, IJobMessage
    {
        if (!hosts.Any(host => host.HourlyPrice > 0))
        {
            return Task.CompletedTask;
        }

        var cost = new JobCostChanged
        {
            JobId = context.Message.JobId,
            Charged = hosts.Sum(host => host.Charged),
            Held = hosts.Sum(host => host.Held),
            Currency = currency,
            Hosts = hosts,
            At = context.SentTime ?? time.GetUtcNow(),
        };
        return TellAfter(context, views.ApplyAsync(cost, context.CancellationToken));
    }

    private Task TellAfter<T>(ConsumeContext<T> context, Task applied)
        where T : class, IJobMessage
    {
        context.AfterCommit(() => signals.Set(context.Message.JobId));
        return applied;
    }
}

using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Puts what the services tell into the gateway's views.</summary>
internal sealed class JobViewConsumer(JobViews views) : IConsumer<JobChanged>, IConsumer<TrainingProgressed>, IConsumer<CheckpointCommitted>
{
    public Task Consume(ConsumeContext<JobChanged> context) => views.ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<TrainingProgressed> context) => views.ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<CheckpointCommitted> context) => views.ApplyAsync(context.Message, context.CancellationToken);
}

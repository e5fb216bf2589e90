using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>
/// The endpoint of a stage's consumer: its queue, its service's outbox, and short retries for a busy database or a row that a runner wrote meanwhile.
/// There is no point in many consumes at once: each is one write into one file.
/// </summary>
public abstract class StageDefinition<TConsumer, TDb> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
    where TDb : ServiceDbContext
{
    protected StageDefinition(Stage stage)
    {
        EndpointName = StageQueues.Name(stage);
        ConcurrentMessageLimit = 4;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 8;

        // Commands are sent to the queue; binding it to the message's exchange as well would deliver CancelStage to every stage.
        endpointConfigurator.ConfigureConsumeTopology = false;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000));
        endpointConfigurator.UseServiceOutbox<TDb>(context);
    }
}

using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Takes all parked messages. What it cannot take itself goes to the transport's own <c>_error</c> queue: parked again it would go round for ever.</summary>
internal sealed class ParkedDefinition : ConsumerDefinition<ParkedConsumer>
{
    public ParkedDefinition()
    {
        EndpointName = ParkedMessages.Queue;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ParkedConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.ConfigureConsumeTopology = false;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<GatewayDbContext>(context, parks: false);
    }
}

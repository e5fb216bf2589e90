using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>One at a time: the views number events in the order in which they come. An instance beside this one that took the same number is found out by the key.</summary>
internal sealed class JobViewDefinition : ConsumerDefinition<JobViewConsumer>
{
    public JobViewDefinition()
    {
        EndpointName = "gateway-views";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<JobViewConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 32;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<GatewayDbContext>(context);
    }
}

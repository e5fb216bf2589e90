using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>One at a time: two changes of a new host would both add it.</summary>
internal sealed class HostViewDefinition : ConsumerDefinition<HostViewConsumer>
{
    public HostViewDefinition()
    {
        EndpointName = "gateway-hosts";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<HostViewConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 8;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<GatewayDbContext>(context);
    }
}

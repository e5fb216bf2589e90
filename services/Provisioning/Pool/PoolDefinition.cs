using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Provisioning.Data;
using MassTransit;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>One at a time: what a person says twice of a host holds in the order in which it was said.</summary>
internal sealed class PoolDefinition : ConsumerDefinition<PoolConsumer>
{
    public PoolDefinition()
    {
        EndpointName = HostQueues.Pool;
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<PoolConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.ConfigureConsumeTopology = false;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<ProvisioningDbContext>(context);
    }
}

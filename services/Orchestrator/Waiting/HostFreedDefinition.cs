using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Orchestrator.Data;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Waiting;

/// <summary>One at a time: two would wake the same jobs.</summary>
internal sealed class HostFreedDefinition : ConsumerDefinition<HostFreedConsumer>
{
    public HostFreedDefinition()
    {
        EndpointName = "orchestrator-hosts";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<HostFreedConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<OrchestratorDbContext>(context);
    }
}

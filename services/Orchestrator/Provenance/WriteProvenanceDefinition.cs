using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Orchestrator.Data;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>A store that is away for a moment is waited for; a job must not fail to end for want of its last document.</summary>
internal sealed class WriteProvenanceDefinition : ConsumerDefinition<WriteProvenanceConsumer>
{
    public WriteProvenanceDefinition()
    {
        EndpointName = "orchestrator-provenance";
        ConcurrentMessageLimit = 4;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<WriteProvenanceConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 4;
        endpointConfigurator.UseMessageRetry(retry => retry.Exponential(10, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1)));
        endpointConfigurator.UseServiceOutbox<OrchestratorDbContext>(context);
    }
}

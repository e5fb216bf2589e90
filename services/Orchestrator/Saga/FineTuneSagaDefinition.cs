using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Orchestrator.Data;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The saga's endpoint. Two events that change one job at once are found out when the second is written; it is then done again, on what the first left.</summary>
public sealed class FineTuneSagaDefinition : SagaDefinition<FineTuneSaga>
{
    public FineTuneSagaDefinition()
    {
        EndpointName = StageQueues.Orchestrator;
        ConcurrentMessageLimit = 16;
    }

    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<FineTuneSaga> sagaConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = 32;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(10, 20, 50, 100, 200, 500, 1000, 3000));
        endpointConfigurator.UseServiceOutbox<OrchestratorDbContext>(context);
    }
}

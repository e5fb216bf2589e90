using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>The saga's endpoint. Events of different jobs run side by side; those of one job wait for each other.</summary>
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
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(50, 200, 1000, 3000));
        endpointConfigurator.UseInMemoryOutbox(context);
    }
}

using FineTunePipeline.Orchestrator.Saga;
using MassTransit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>The saga's endpoint without its database: the bench looks at the state machine alone.</summary>
internal sealed class SagaBenchDefinition : SagaDefinition<FineTuneSaga>
{
    public SagaBenchDefinition()
    {
        EndpointName = "orchestrator";
        ConcurrentMessageLimit = 16;
    }

    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<FineTuneSaga> sagaConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(50, 200, 1000, 3000));
        endpointConfigurator.UseInMemoryOutbox(context);
    }
}

using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>One at a time: the views number events in the order in which they come.</summary>
internal sealed class JobViewDefinition : ConsumerDefinition<JobViewConsumer>
{
    public JobViewDefinition()
    {
        EndpointName = "gateway-views";
        ConcurrentMessageLimit = 1;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<JobViewConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(100, 500, 2000, 5000));
}

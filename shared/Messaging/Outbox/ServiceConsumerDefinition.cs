using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>
/// The endpoint of a consumer that keeps something in its service's database: its queue, the service's outbox, and short retries for a busy database or a row that
/// another wrote meanwhile. A stage's endpoint is <see cref="Stages.StageDefinition{TConsumer,TDb}"/>.
/// </summary>
public abstract class ServiceConsumerDefinition<TConsumer, TDb> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer
    where TDb : ServiceDbContext
{
    private readonly int _prefetch;
    private readonly bool _listens;
    private readonly bool _parks;

    /// <param name="queue">Its name.</param>
    /// <param name="prefetch">Messages that the broker sends ahead.</param>
    /// <param name="listens">It hears of published messages of its types; false: it takes what is sent to its queue.</param>
    /// <param name="parks">See <see cref="OutboxRegistration.UseServiceOutbox"/>.</param>
    protected ServiceConsumerDefinition(string queue, int prefetch, bool listens = true, bool parks = true)
    {
        EndpointName = queue;
        ConcurrentMessageLimit = 1;
        (_prefetch, _listens, _parks) = (prefetch, listens, parks);
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.PrefetchCount = _prefetch;
        endpointConfigurator.ConfigureConsumeTopology = _listens;
        endpointConfigurator.UseMessageRetry(retry => retry.Intervals(20, 100, 500, 2000, 5000));
        endpointConfigurator.UseServiceOutbox<TDb>(context, _parks);
    }
}

using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>
/// Sagas in a service's database, with optimistic concurrency. Inside a consume nothing is written here: the consume's one flush writes the saga together
/// with its inbox row and its messages.
/// </summary>
internal sealed class SagaRepositoryFactory<TSaga, TDb>(
    TDb database, SagaQuery<TSaga, TDb> sagas, SagaUpdate<TSaga, TDb> updates, ISagaConsumeContextFactory<TDb, TSaga> contexts)
    : ISagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISagaVersion
    where TDb : ServiceDbContext
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class => next.Send(Context(context));

    public async Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class
    {
        var found = await database.Set<TSaga>().AsNoTracking().Where(query.FilterExpression).ToListAsync(context.CancellationToken);
        await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(Context(context), found));
    }

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new Reader(database, cancellationToken));

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class => asyncMethod(new Reader(database, cancellationToken));

    public void Probe(ProbeContext context) => context.Add("persistence", "service database");

    private SagaRepositoryContextOf<TSaga, T, TDb> Context<T>(ConsumeContext<T> context)
        where T : class =>
        context.TryGetPayload<IDurableConsume>(out _)
            ? new SagaRepositoryContextOf<TSaga, T, TDb>(database, sagas, updates, context, contexts)
            : throw new InvalidOperationException($"The endpoint of {typeof(TSaga).Name} has no outbox: call UseServiceOutbox in its definition.");

    private sealed class Reader(TDb database, CancellationToken cancellationToken)
        : BasePipeContext(cancellationToken), QuerySagaRepositoryContext<TSaga>, LoadSagaRepositoryContext<TSaga>
    {
        public async Task<TSaga> Load(Guid correlationId) =>
            (await database.Set<TSaga>().AsNoTracking().SingleOrDefaultAsync(saga => saga.CorrelationId == correlationId, CancellationToken))!;

        public async Task<SagaRepositoryQueryContext<TSaga>> Query(ISagaQuery<TSaga> query, CancellationToken cancellationToken = default)
        {
            var found = await database.Set<TSaga>().AsNoTracking().Where(query.FilterExpression).Select(saga => saga.CorrelationId).ToListAsync(cancellationToken);
            return new DefaultSagaRepositoryQueryContext<TSaga>(this, found);
        }
    }
}

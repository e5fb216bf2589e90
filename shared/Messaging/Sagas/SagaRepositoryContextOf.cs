using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>The sagas as one consume sees them: written in the consume's commit, a new one by its context.</summary>
internal sealed class SagaRepositoryContextOf<TSaga, TMessage, TDb>(
    TDb database, SagaQuery<TSaga, TDb> sagas, SagaUpdate<TSaga, TDb> updates, ConsumeContext<TMessage> context, ISagaConsumeContextFactory<TDb, TSaga> contexts)
    : ConsumeContextScope<TMessage>(context, database), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISagaVersion
    where TMessage : class
    where TDb : ServiceDbContext
{
    private readonly ConsumeContext<TMessage> _context = context;

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        contexts.CreateSagaConsumeContext(database, _context, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
    {
        if (await database.Set<TSaga>().AsNoTracking().AnyAsync(saga => saga.CorrelationId == instance.CorrelationId, CancellationToken))
        {
            return null!;
        }

        // A lost race is a taken key at the flush, and the consume is done again.
        database.Add(instance);
        return await contexts.CreateSagaConsumeContext(database, _context, instance, SagaConsumeContextMode.Insert);
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        var saga = await sagas.FindAsync(database, correlationId, CancellationToken);
        return saga is null ? null! : await contexts.CreateSagaConsumeContext(database, _context, saga, SagaConsumeContextMode.Load);
    }

    public Task Save(SagaConsumeContext<TSaga> context)
    {
        database.Add(context.Saga);
        return Task.CompletedTask;
    }

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        var read = context.Saga.Version++;
        _context.InCommit(updates.Of(database, context.Saga, read));
        return Task.CompletedTask;
    }

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        database.Remove(context.Saga);
        return Task.CompletedTask;
    }

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context)
    {
        database.Entry(context.Saga).State = EntityState.Detached;
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class => contexts.CreateSagaConsumeContext(database, consumeContext, instance, mode);
}

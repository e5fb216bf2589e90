using FineTunePipeline.Contracts;
using FineTunePipeline.Messaging.Data;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>Puts a <see cref="DurableConsumeContext{TDb,TMessage}"/> around a consume; MassTransit's outbox filter asks for it in each consume's scope.</summary>
internal sealed class DurableOutboxContextFactory<TDb>(
    TDb database, IServiceProvider provider, OutboxCommit<TDb> commit, ConsumeTurns<TDb> turns) : IOutboxContextFactory<TDb>
    where TDb : ServiceDbContext
{
    public async Task Send<T>(ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        // Redelivered copies get new message ids; the first one stays in a header.
        var messageId = context.GetOriginalMessageId() ?? throw new MessageException(typeof(T), "A message without an id cannot be told from its duplicate.");

        using var turn = await turns.TakeAsync((context.Message as IJobMessage)?.JobId, context.CancellationToken);

        // One connection for the whole consume: EF would open one per question, and set it up each time.
        await database.Database.OpenConnectionAsync(context.CancellationToken);
        try
        {
            var duplicate = await MessageRows.IsInInboxAsync(database.Database.GetDbConnection(), options.ConsumerId, messageId, context.CancellationToken);
            using var closed = database.CloseForWrites();
            await next.Send(new DurableConsumeContext<TDb, T>(context, options, provider, database, messageId, duplicate, commit));
        }
        finally
        {
            await database.Database.CloseConnectionAsync();
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("serviceOutbox");
}

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

        using var closed = database.CloseForWrites();
        try
        {
            await next.Send(new DurableConsumeContext<TDb, T>(context, options, provider, database, messageId, commit));
        }
        catch (Exception exception) when (!DatabaseFaults.IsOutage(exception))
        {
            // One that comes again may find the job where its consumer no longer expects it; that is no fault of anybody's.
            if (!await database.Set<InboxRow>().AnyAsync(row => row.ConsumerId == options.ConsumerId && row.MessageId == messageId, context.CancellationToken))
            {
                throw;
            }
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("serviceOutbox");
}

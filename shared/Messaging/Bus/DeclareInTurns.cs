using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>
/// Has an endpoint declare its exchanges, queues and bindings one after another. MassTransit declares them all at once, and they wait for each other inside
/// RabbitMQ.Client on a semaphore that it disposes when the connection is lost: what waits there then waits for ever, whatever its token and its time limit,
/// and the endpoint never reads its queue. Source: RabbitMQ.Client 7.2.2, its issue 1976 (2026-07), mended by its change 1987; to be deleted with a version
/// that has it (a unit test looks at the version).
/// </summary>
internal sealed class DeclareInTurns : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        using var inTurns = new InTurns(context);
        await next.Send(inTurns);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("declareInTurns");

    private sealed class InTurns : ScopeChannelContext, ChannelContext
    {
        private readonly ChannelContext _context;

        /// <summary>Never disposed: that is the point.</summary>
        private readonly SemaphoreSlim _turn = new(1);

        public InTurns(ChannelContext context)
            : base(context, context.CancellationToken) => _context = context;

        Task ChannelContext.ExchangeDeclare(
            string exchange, string type, bool durable, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
            InTurnAsync(() => ExchangeDeclare(exchange, type, durable, autoDelete, arguments, cancellationToken), cancellationToken);

        Task ChannelContext.ExchangeBind(string destination, string source, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
            InTurnAsync(() => ExchangeBind(destination, source, routingKey, arguments, cancellationToken), cancellationToken);

        Task ChannelContext.QueueBind(string queue, string exchange, string routingKey, IDictionary<string, object> arguments, CancellationToken cancellationToken) =>
            InTurnAsync(() => QueueBind(queue, exchange, routingKey, arguments, cancellationToken), cancellationToken);

        async Task<QueueDeclareOk> ChannelContext.QueueDeclare(
            string queue, bool durable, bool exclusive, bool autoDelete, IDictionary<string, object> arguments, CancellationToken cancellationToken)
        {
            QueueDeclareOk? declared = null;
            await InTurnAsync(async () => declared = await QueueDeclare(queue, durable, exclusive, autoDelete, arguments, cancellationToken), cancellationToken);
            return declared!;
        }

        /// <summary>Once for each message, and no answer is waited for: as it is without us.</summary>
        ValueTask ChannelContext.BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) => _context.BasicAck(deliveryTag, multiple, cancellationToken);

        Task ChannelContext.BasicNack(ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken) =>
            _context.BasicNack(deliveryTag, multiple, requeue, cancellationToken);

        private async Task InTurnAsync(Func<Task> declare, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await declare();
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}

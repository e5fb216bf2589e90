using MassTransit;
using MassTransit.Configuration;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>A schedule is an outbox row with a due time, written by the consume that asks for it; cancelling deletes the row in the consume's transaction.</summary>
internal sealed class OutboxScheduler(ConsumeContext context) : IScheduleMessageProvider
{
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(
        Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        _ = Consume();
        var token = ScheduleTokenIdCache<T>.GetTokenId(message);
        var delayed = new ScheduleSendPipe<T>(pipe, scheduledTime) { ScheduledMessageId = token };
        var endpoint = await context.GetSendEndpoint(destinationAddress);
        await endpoint.Send(message, delayed, cancellationToken);
        return new ScheduledMessageHandle<T>(delayed.ScheduledMessageId ?? token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken)
    {
        Consume().CancelScheduled(tokenId);
        return Task.CompletedTask;
    }

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);

    private IDurableConsume Consume() => context.TryGetPayload<IDurableConsume>(out var consume)
        ? consume
        : throw new InvalidOperationException("A schedule needs an endpoint with an outbox (UseServiceOutbox in its definition): nothing else survives the process.");

    /// <summary>Gives every consume the scheduler.</summary>
    internal sealed class Filter : IFilter<ConsumeContext>
    {
        public Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
        {
            context.GetOrAddPayload<MessageSchedulerContext>(() => new ConsumeMessageSchedulerContext(
                context, consume => new MessageScheduler(new OutboxScheduler(consume), consume.GetPayload<IBusTopology>())));
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("outboxScheduler");
    }

    internal sealed class Specification : IPipeSpecification<ConsumeContext>
    {
        public void Apply(IPipeBuilder<ConsumeContext> builder) => builder.AddFilter(new Filter());

        public IEnumerable<ValidationResult> Validate() => [];
    }
}

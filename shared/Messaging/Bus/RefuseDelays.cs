using MassTransit;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>
/// Stops a send with a delay that does not go through the outbox: RabbitMQ without a plugin hangs it, and the in-memory transport forgets it.
/// </summary>
internal sealed class RefuseDelays : ISendObserver, IPublishObserver
{
    public Task PreSend<T>(SendContext<T> context)
        where T : class => Check(context);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Check(context);

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    private static Task Check(SendContext context) => context.Delay is { } delay && delay > TimeSpan.Zero
        ? throw new InvalidOperationException(
            $"A message to {context.DestinationAddress} was sent with a delay of {delay} past the outbox. Schedule it in a consumer whose endpoint has UseServiceOutbox.")
        : Task.CompletedTask;
}

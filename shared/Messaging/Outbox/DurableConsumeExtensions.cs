using MassTransit;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>What a consumer on an endpoint with an outbox may ask for.</summary>
public static class DurableConsumeExtensions
{
    /// <summary>Runs once the consume's changes are committed: to wake others of this process that read what was written.</summary>
    public static void AfterCommit(this ConsumeContext context, Action action) => Consume(context).AfterCommit(action);

    /// <summary>
    /// Asked in the commit's transaction, before anything is written. For what no row's version can show: that rows which were not there when the consumer
    /// looked are there now. A throw makes the endpoint's retry do the consume again.
    /// </summary>
    public static void CheckAtCommit(this ConsumeContext context, Func<CancellationToken, Task> check) => Consume(context).CheckAtCommit(check);

    private static IDurableConsume Consume(ConsumeContext context) => context.TryGetPayload<IDurableConsume>(out var consume)
        ? consume
        : throw new InvalidOperationException("This endpoint has no outbox: call UseServiceOutbox in its definition.");
}

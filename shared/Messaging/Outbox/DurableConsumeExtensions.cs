using FineTunePipeline.Messaging.Data;
using MassTransit;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>What a consumer on an endpoint with an outbox may ask for.</summary>
public static class DurableConsumeExtensions
{
    /// <summary>Runs once the consume's changes are committed: to wake others of this process that read what was written.</summary>
    public static void AfterCommit(this ConsumeContext context, Action action) => Consume(context).AfterCommit(action);

    /// <summary>
    /// Done in the commit's transaction, before the consume's other changes are written. For what must see the rows as nobody else can change them any more.
    /// It may send; a throw makes the endpoint's retry do the consume again.
    /// </summary>
    internal static void InCommit(this ConsumeContext context, Func<WriteSession, Task> work) => Consume(context).InCommit(work);

    private static IDurableConsume Consume(ConsumeContext context) => context.TryGetPayload<IDurableConsume>(out var consume)
        ? consume
        : throw new InvalidOperationException("This endpoint has no outbox: call UseServiceOutbox in its definition.");
}

using MassTransit;

namespace FineTunePipeline.Messaging.Outbox;

/// <summary>What a consumer on an endpoint with an outbox may ask for.</summary>
public static class DurableConsumeExtensions
{
    /// <summary>Runs once the consume's changes are committed: to wake others of this process that read what was written.</summary>
    public static void AfterCommit(this ConsumeContext context, Action action)
    {
        if (!context.TryGetPayload<IDurableConsume>(out var consume))
        {
            throw new InvalidOperationException("This endpoint has no outbox: call UseServiceOutbox in its definition.");
        }

        consume.AfterCommit(action);
    }
}

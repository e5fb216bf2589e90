namespace FineTunePipeline.Messaging.Outbox;

/// <summary>A message that a consumer has consumed. The key drops its duplicates.</summary>
public sealed class InboxRow
{
    /// <summary>Made from endpoint, consumer and message type: two consumers of one message each have a row.</summary>
    public required Guid ConsumerId { get; set; }

    public required Guid MessageId { get; set; }

    /// <summary>The job that the message speaks of.</summary>
    public string? JobId { get; set; }

    /// <summary>Milliseconds since 1970 by the database's clock.</summary>
    public long ConsumedAt { get; set; }
}

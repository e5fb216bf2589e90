namespace FineTunePipeline.Messaging.Outbox;

/// <summary>A message that was committed together with the change that sends it, now or at its due time. Times are milliseconds since 1970 by the database's clock.</summary>
public sealed class OutboxRow
{
    /// <summary>Order in which rows were written; those of one job are sent in it.</summary>
    public long Seq { get; set; }

    public required Guid MessageId { get; set; }

    /// <summary>The job that the message speaks of.</summary>
    public string? JobId { get; set; }

    public Guid? CorrelationId { get; set; }

    public Guid? ConversationId { get; set; }

    public Guid? InitiatorId { get; set; }

    public Guid? RequestId { get; set; }

    /// <summary>Address that the bus sends to; its host part is not looked at, so rows outlive a broker's move.</summary>
    public required string Destination { get; set; }

    public required string ContentType { get; set; }

    /// <summary>The message's types, separated by semicolons.</summary>
    public required string MessageTypes { get; set; }

    /// <summary>The whole envelope, as it goes over the wire.</summary>
    public required string Body { get; set; }

    /// <summary>Transport headers (JSON object): trace context lies there, not in the envelope.</summary>
    public string? Headers { get; set; }

    /// <summary>The transport's own properties (JSON object): routing key, priority.</summary>
    public string? Properties { get; set; }

    /// <summary>Not sent before. Until the row is saved: the delay.</summary>
    public long DueAt { get; set; }

    /// <summary>By this token a scheduled message is cancelled.</summary>
    public Guid? Token { get; set; }

    /// <summary>Who sends it now, until <see cref="ClaimedUntil"/>.</summary>
    public string? Claim { get; set; }

    public long ClaimedUntil { get; set; }

    /// <summary>Sends that failed through a fault of this message, not of the bus.</summary>
    public int Failures { get; set; }

    /// <summary>Sent; kept only on a transport that forgets.</summary>
    public long? SentAt { get; set; }

    /// <summary>Given up after too many failures; kept for a person to see.</summary>
    public long? DeadAt { get; set; }
}

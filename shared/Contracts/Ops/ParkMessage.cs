namespace FineTunePipeline.Contracts.Ops;

/// <summary>Keep a message that nobody could take, until a person drops it or has it sent again. Command to the gateway; may speak of no job.</summary>
public sealed record ParkMessage
{
    /// <summary>Longest body that is kept whole, in characters.</summary>
    public const int MostCharacters = 256 * 1024;

    public required ParkReason Reason { get; init; }

    /// <summary>Address of the queue it was in, or was meant for.</summary>
    public required string Queue { get; init; }

    /// <summary>The job it speaks of, if that can be read.</summary>
    public string? JobId { get; init; }

    public Guid? MessageId { get; init; }

    /// <summary>Its types, separated by semicolons; empty if they cannot be read.</summary>
    public required string MessageTypes { get; init; }

    public required string ContentType { get; init; }

    /// <summary>The exception, for a person.</summary>
    public required string Fault { get; init; }

    /// <summary>The envelope as it came.</summary>
    public required string Body { get; init; }

    /// <summary>The body is complete, and text: it can be sent again.</summary>
    public required bool IsWhole { get; init; }

    public required DateTimeOffset At { get; init; }
}

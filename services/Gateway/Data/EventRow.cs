namespace FineTunePipeline.Gateway.Data;

/// <summary>One event of a job, numbered by the gateway: the number is the cursor of streams and pages.</summary>
public sealed class EventRow
{
    public required string JobId { get; set; }

    /// <summary>From 1, without gaps.</summary>
    public required long Sequence { get; set; }

    /// <summary>changed, progress, checkpoint, parked.</summary>
    public required string Type { get; set; }

    public required long AtMs { get; set; }

    /// <summary>The event (JSON, snake_case).</summary>
    public required string Data { get; set; }
}

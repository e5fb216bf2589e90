using FineTunePipeline.Contracts.Ops;

namespace FineTunePipeline.Gateway.Data;

/// <summary>A message that nobody could take, as <see cref="ParkMessage"/> told it.</summary>
public sealed class ParkedRow
{
    /// <summary>Grows; what a person names it by.</summary>
    public long Id { get; set; }

    public required ParkReason Reason { get; set; }

    public required string Queue { get; set; }

    public string? JobId { get; set; }

    public Guid? MessageId { get; set; }

    public required string MessageTypes { get; set; }

    public required string ContentType { get; set; }

    public required string Fault { get; set; }

    public required string Body { get; set; }

    public required bool IsWhole { get; set; }

    public required long AtMs { get; set; }
}

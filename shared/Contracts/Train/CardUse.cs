namespace FineTunePipeline.Contracts.Train;

/// <summary>How busy a host's graphics cards are, all together, as their driver tells.</summary>
public sealed record CardUse
{
    /// <summary>Cards that were told of.</summary>
    public required int Cards { get; init; }

    /// <summary>Part of the time in which they compute, 0 to 100, the mean of the cards; null: not told.</summary>
    public int? Percent { get; init; }

    /// <summary>Memory in use, of all cards together; null: not told.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>Memory of all cards together; null: not told.</summary>
    public long? TotalBytes { get; init; }
}

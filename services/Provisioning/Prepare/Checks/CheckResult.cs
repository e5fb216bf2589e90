namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>A check that was asked, for the report.</summary>
internal sealed record CheckResult
{
    public required string Name { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>What the host said, for people.</summary>
    public required string Found { get; init; }

    /// <summary>What to change, or what would be better; null if it is fit.</summary>
    public string? Advice { get; init; }

    /// <summary>The last lines of a longer answer.</summary>
    public string? Log { get; init; }

    public required long Milliseconds { get; init; }
}

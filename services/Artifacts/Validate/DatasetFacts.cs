namespace FineTunePipeline.Artifacts.Validate;

/// <summary>What was counted in the data.</summary>
internal sealed record DatasetFacts
{
    /// <summary>Usable samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Records that cannot be used.</summary>
    public required long Skipped { get; init; }

    /// <summary>The first of them, with file and line.</summary>
    public required IReadOnlyList<string> SkippedRecords { get; init; }
}

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>What was counted in the data.</summary>
internal sealed record DatasetFacts
{
    /// <summary>Usable samples of each file, in the order of the files.</summary>
    public required IReadOnlyList<long> SamplesByFile { get; init; }

    /// <summary>Usable samples.</summary>
    public long Samples => SamplesByFile.Sum();

    /// <summary>Records that cannot be used.</summary>
    public required long Skipped { get; init; }

    /// <summary>The first of them, with file and line.</summary>
    public required IReadOnlyList<string> SkippedRecords { get; init; }
}

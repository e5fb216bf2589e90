namespace FineTunePipeline.Contracts.Validate;

/// <summary>What validation counted and foresees.</summary>
public sealed record ValidationReport
{
    /// <summary>Usable samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Records that cannot be used, each with its line in the statement.</summary>
    public required long Skipped { get; init; }

    /// <summary>Tokens of all samples after the cutoff; 0, like all that follows, where the model lies on the host and is looked at there.</summary>
    public required long Tokens { get; init; }

    /// <summary>Samples longer than <c>cutoff_len</c>; they are cut.</summary>
    public required long OverCutoff { get; init; }

    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    public required long EstimatedMemoryBytes { get; init; }

    public required long EstimatedDiskBytes { get; init; }

    /// <summary>Things that are odd but no fault, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

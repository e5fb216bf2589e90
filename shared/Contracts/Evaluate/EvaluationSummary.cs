namespace FineTunePipeline.Contracts.Evaluate;

/// <summary>Accuracies before and after, and the verdict.</summary>
public sealed record EvaluationSummary
{
    /// <summary>By question set: taught, general, taught_fresh, general_fresh.</summary>
    public required IReadOnlyDictionary<string, SetScore> Sets { get; init; }

    /// <summary>Perplexity on the expected answers of the general questions; null if there are none.</summary>
    public double? PerplexityBefore { get; init; }

    public double? PerplexityAfter { get; init; }

    /// <summary>May the result be deployed?</summary>
    public required bool Passed { get; init; }

    /// <summary>Why not, or with what figures it passed; one sentence.</summary>
    public required string Verdict { get; init; }
}

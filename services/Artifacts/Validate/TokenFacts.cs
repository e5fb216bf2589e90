namespace FineTunePipeline.Artifacts.Validate;

/// <summary>What <c>finetune-model tokenize</c> counted, summed over all files.</summary>
internal sealed record TokenFacts
{
    public long Samples { get; init; }

    public long Tokens { get; init; }

    public long TrainedTokens { get; init; }

    /// <summary>Tokens of the longest sample.</summary>
    public long MaxTokens { get; init; }

    /// <summary>Samples longer than the cutoff.</summary>
    public long OverCutoff { get; init; }

    public TokenFacts Plus(TokenFacts other) => new()
    {
        Samples = Samples + other.Samples,
        Tokens = Tokens + other.Tokens,
        TrainedTokens = TrainedTokens + other.TrainedTokens,
        MaxTokens = Math.Max(MaxTokens, other.MaxTokens),
        OverCutoff = OverCutoff + other.OverCutoff,
    };
}

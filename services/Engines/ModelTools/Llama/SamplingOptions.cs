namespace FineTunePipeline.ModelTools.Llama;

/// <summary>How the next token is chosen.</summary>
internal sealed record SamplingOptions
{
    /// <summary>Always the likeliest token.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>0 is greedy; 1 is the model's own distribution.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability, 0 to 1; 1 is all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Same seed, same choice; null draws one.</summary>
    public long? Seed { get; init; }

    /// <summary>Taken once from each token that was generated before.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken from a token as often as it was generated before.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Added to single tokens.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();
}

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Size of a loop.</summary>
internal sealed record BatchLoopOptions
{
    /// <summary>Answers at once.</summary>
    public required int Sequences { get; init; }

    /// <summary>Longest prompt and answer together, in tokens.</summary>
    public required int TokensEach { get; init; }

    /// <summary>Most tokens in one pass through the model. More is faster for long prompts, less lets answers go on sooner beside them.</summary>
    public int BatchTokens { get; init; } = 512;
}

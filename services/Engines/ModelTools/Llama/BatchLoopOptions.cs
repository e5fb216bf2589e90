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

    /// <summary>
    /// Keeps what a sequence has seen for the next prompt that begins alike (the turns of a chat). Off where the same question must give the same bits,
    /// whatever was asked before.
    /// </summary>
    public bool ReusePrompts { get; init; }
}

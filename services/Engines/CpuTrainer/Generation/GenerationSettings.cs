namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>How answers are generated.</summary>
internal sealed record GenerationSettings
{
    /// <summary>The longest answer, in tokens.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>Tokens that end an answer; they are not part of it.</summary>
    public required IReadOnlySet<int> StopIds { get; init; }

    /// <summary>0 takes the likeliest token each time (greedy).</summary>
    public double Temperature { get; init; }

    /// <summary>With a temperature: draws from the likeliest tokens that together have this probability.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>With a temperature: an answer depends on this and the prompt's index alone, however prompts are batched.</summary>
    public int Seed { get; init; }

    /// <summary>Prompts side by side.</summary>
    public int BatchSize { get; init; } = 32;
}

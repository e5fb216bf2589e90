using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>A checked chat request.</summary>
internal sealed record ChatRequest
{
    public string? Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public required SamplingOptions Sampling { get; init; }

    /// <summary>null: as long as the context allows.</summary>
    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool Stream { get; init; }

    /// <summary>A stream ends with a chunk that has the usage.</summary>
    public bool IncludeUsage { get; init; }
}

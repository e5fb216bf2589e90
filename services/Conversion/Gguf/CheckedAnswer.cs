namespace FineTunePipeline.Conversion.Gguf;

/// <summary>What <c>finetune-model check</c> prints.</summary>
internal sealed record CheckedAnswer
{
    public required bool Loads { get; init; }

    public string? Architecture { get; init; }

    public string? Prompt { get; init; }

    public string? Answer { get; init; }

    public string? FinishReason { get; init; }
}

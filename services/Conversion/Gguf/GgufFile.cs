namespace FineTunePipeline.Conversion.Gguf;

/// <summary>What <c>finetune-model gguf</c> and <c>quantize</c> print.</summary>
internal sealed record GgufFile
{
    public required string Path { get; init; }

    public required string Type { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Tensors that are of another type than the file, each with the reason.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];
}

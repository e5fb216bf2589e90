using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Contracts.Convert;

/// <summary>The formats of a result.</summary>
public sealed record ConvertedModel
{
    /// <summary><see cref="Manifest"/> of the merged model's folder.</summary>
    public required ArtifactReference Merged { get; init; }

    public required IReadOnlyList<GgufOutput> Gguf { get; init; }

    /// <summary>Requested types that were not made, each with the reason.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];
}

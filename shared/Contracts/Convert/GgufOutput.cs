using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Contracts.Convert;

/// <summary>One GGUF file, loaded and asked.</summary>
/// <param name="Type">f32, f16, bf16, q8_0, q6_k, q5_k_m, q4_k_m.</param>
/// <param name="FileName">Name of the file for people.</param>
/// <param name="Artifact">The file.</param>
public sealed record GgufOutput(string Type, string FileName, ArtifactReference Artifact)
{
    /// <summary>Accuracy (0 to 1) by question set.</summary>
    public IReadOnlyDictionary<string, double> Accuracy { get; init; } = new Dictionary<string, double>();
}

using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>One file of a job's result.</summary>
/// <param name="Kind">adapter, model, merged, gguf, evaluation or provenance; of a job that was only checked, plan or configuration.</param>
/// <param name="Path">Name inside the result, with forward slashes: <c>adapter/adapter_model.safetensors</c>.</param>
/// <param name="Artifact">Where the bytes are.</param>
public sealed record ResultFile(string Kind, string Path, ArtifactReference Artifact)
{
    /// <summary>GGUF type for kind gguf.</summary>
    public string? Type { get; init; }

    /// <summary>Accuracy (0 to 1) of this very file on the taught questions, where they were asked.</summary>
    public double? Taught { get; init; }

    /// <summary>Accuracy (0 to 1) of this very file on the general questions, where they were asked.</summary>
    public double? General { get; init; }
}

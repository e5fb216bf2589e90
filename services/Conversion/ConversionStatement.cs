using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Conversion;

/// <summary>What this stage read, made and decided; stored for the job's provenance.</summary>
internal sealed record ConversionStatement
{
    public Stage Stage => Stage.Convert;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The engine that merged, wrote and asked, with its llama.cpp.</summary>
    public required string EngineVersion { get; init; }

    public required ArtifactReference Model { get; init; }

    public required ArtifactReference Trained { get; init; }

    public required ArtifactReference Merged { get; init; }

    public required IReadOnlyList<ConvertedFile> Files { get; init; }

    /// <summary>Requested types that were not made, each with the reason.</summary>
    public required IReadOnlyList<string> Refused { get; init; }
}

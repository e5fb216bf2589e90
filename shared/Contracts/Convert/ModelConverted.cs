using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Convert;

/// <summary>Every requested format is in the store and was loaded once by llama.cpp.</summary>
public sealed record ModelConverted : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required ConvertedModel Converted { get; init; }

    public required ArtifactReference Statement { get; init; }
}

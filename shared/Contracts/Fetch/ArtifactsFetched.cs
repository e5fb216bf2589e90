using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Fetch;

/// <summary>Everything the job reads is in the store.</summary>
public sealed record ArtifactsFetched : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobInputs Inputs { get; init; }

    public required ArtifactReference Statement { get; init; }
}

using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Prepare;

/// <summary>The host passed its test and holds what the job reads.</summary>
public sealed record HostPrepared : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required PreparedHost Prepared { get; init; }

    public required ArtifactReference Statement { get; init; }
}

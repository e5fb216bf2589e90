using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Validate;

/// <summary>The job can be run as it stands.</summary>
public sealed record JobValidated : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required ValidationReport Report { get; init; }

    /// <summary>What this stage read and decided (JSON), for the provenance.</summary>
    public required ArtifactReference Statement { get; init; }
}

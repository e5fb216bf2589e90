using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Validate;

/// <summary>The job can be run as it stands.</summary>
public sealed record JobValidated : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required ValidationReport Report { get; init; }

    /// <summary>The trainer's configuration file as far as it is known without a host (YAML); null from an older version.</summary>
    public ArtifactReference? Configuration { get; init; }

    /// <summary>What this stage read and decided (JSON), for the provenance.</summary>
    public required ArtifactReference Statement { get; init; }
}

using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>The account is in the store.</summary>
public sealed record ProvenanceWritten : IJobMessage
{
    public required string JobId { get; init; }

    public required ArtifactReference Provenance { get; init; }

    /// <summary>Lines of the job's history in it; null from an older version.</summary>
    public int? Moments { get; init; }
}

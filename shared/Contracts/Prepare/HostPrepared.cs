using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Prepare;

/// <summary>The host passed its test and holds what the job reads.</summary>
public sealed record HostPrepared : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required PreparedHost Prepared { get; init; }

    /// <summary><see cref="Manifest"/> of the base model that lies on the host; null: it was brought there, as it was fetched.</summary>
    public ArtifactReference? HostModel { get; init; }

    /// <summary>What the base model said there to a first question; null: it was not asked.</summary>
    public string? FirstAnswer { get; init; }

    public required ArtifactReference Statement { get; init; }
}

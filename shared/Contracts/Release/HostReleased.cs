using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Release;

/// <summary>The provider itself says that the host is gone.</summary>
public sealed record HostReleased : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string LeaseId { get; init; }

    /// <summary>Of this lease.</summary>
    public required decimal Cost { get; init; }

    /// <summary>What each host of the job cost so far, in the order in which the job took them.</summary>
    public IReadOnlyList<HostCost> Hosts { get; init; } = [];

    public required string Currency { get; init; }

    public required ArtifactReference Statement { get; init; }
}

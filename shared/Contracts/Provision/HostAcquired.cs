using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Provision;

/// <summary>A host is ours, and from here on it costs money until <see cref="Release.HostReleased"/>.</summary>
public sealed record HostAcquired : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string LeaseId { get; init; }

    public required HostReference Host { get; init; }

    public required decimal HourlyPrice { get; init; }

    public required string Currency { get; init; }

    /// <summary>What each host of the job costs so far, in the order in which the job took them.</summary>
    public IReadOnlyList<HostCost> Hosts { get; init; } = [];

    public required ArtifactReference Statement { get; init; }
}

using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Provisioning.Provision;

/// <summary>What this stage was asked, and took; stored for the job's provenance.</summary>
internal sealed record ProvisionStatement
{
    public Stage Stage => Stage.Provision;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required BudgetSpec Budget { get; init; }

    public required string Provider { get; init; }

    public required string LeaseId { get; init; }

    public required HostReference Host { get; init; }

    public required decimal HourlyPrice { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset AcquiredAt { get; init; }

    /// <summary>Leases of older attempts that were ended first.</summary>
    public required IReadOnlyList<string> Ended { get; init; }
}

using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Provisioning.Release;

/// <summary>How a lease ended, and what it cost; stored for the job's provenance.</summary>
internal sealed record ReleaseStatement
{
    public Stage Stage => Stage.Release;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string LeaseId { get; init; }

    public required string Reason { get; init; }

    public required decimal Cost { get; init; }

    public required string Currency { get; init; }

    /// <summary>When the provider's list no longer had the host.</summary>
    public required DateTimeOffset ConfirmedAt { get; init; }
}

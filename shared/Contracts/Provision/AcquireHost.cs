using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Provision;

/// <summary>Take a host within the limits. No host is <see cref="StageFailed"/> with <see cref="FailureKind.Capacity"/>.</summary>
public sealed record AcquireHost : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required ProviderSpec Provider { get; init; }

    public required BudgetSpec Budget { get; init; }

    /// <summary>When the job's time is up, by the control plane's clock; a host is told how long that is from then on. Null: not known, of a message from before there was one.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Cards of so much memory were too small for the job: the host's must have more. Null: they may have any.</summary>
    public long? MoreCardBytesThan { get; init; }
}

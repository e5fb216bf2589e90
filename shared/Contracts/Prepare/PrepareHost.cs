using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Prepare;

/// <summary>Test the host, and bring model and data there, verified.</summary>
public sealed record PrepareHost : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string LeaseId { get; init; }

    public required HostReference Host { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobInputs Inputs { get; init; }

    /// <summary>Cards of so much memory were too small for the job: the host's must have more. Null: they may have any.</summary>
    public long? MoreCardBytesThan { get; init; }
}

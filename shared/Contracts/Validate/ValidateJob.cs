using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Validate;

/// <summary>Find every fault of the job that can be found before money is spent.</summary>
public sealed record ValidateJob : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobSpec Spec { get; init; }
}

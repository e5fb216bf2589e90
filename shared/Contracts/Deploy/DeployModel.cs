using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Deploy;

/// <summary>Make the model answer at the target.</summary>
public sealed record DeployModel : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobSpec Spec { get; init; }

    public required ConvertedModel Converted { get; init; }
}

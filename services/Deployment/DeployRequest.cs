using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Deployment;

/// <summary>What is deployed.</summary>
public sealed record DeployRequest
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    /// <summary>What the job file says about it.</summary>
    public required DeploySpec Spec { get; init; }

    /// <summary>The file that was chosen.</summary>
    public required GgufOutput File { get; init; }

    /// <summary>Name by which the model answers.</summary>
    public required string ModelName { get; init; }
}

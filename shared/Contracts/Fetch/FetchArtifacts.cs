using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Fetch;

/// <summary>Bring model, data and questions into the store, every byte digested.</summary>
public sealed record FetchArtifacts : IStageCommand
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required JobSpec Spec { get; init; }
}

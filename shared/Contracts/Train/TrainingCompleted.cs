using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Train;

/// <summary>Exit code 0, and the result was read back from the store.</summary>
public sealed record TrainingCompleted : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required TrainedModel Trained { get; init; }

    /// <summary>Things that are odd but no fault, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public required ArtifactReference Statement { get; init; }
}

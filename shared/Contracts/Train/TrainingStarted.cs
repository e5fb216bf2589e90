using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Train;

/// <summary>The trainer runs on the host.</summary>
public sealed record TrainingStarted : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Optimizer step it goes on from; 0 at the beginning.</summary>
    public required int FromStep { get; init; }
}

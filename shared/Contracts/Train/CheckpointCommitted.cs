using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Train;

/// <summary>A checkpoint is in the store, verified, and will be resumed from.</summary>
public sealed record CheckpointCommitted : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required int Step { get; init; }

    /// <summary><see cref="Manifest"/> of the checkpoint's folder.</summary>
    public required ArtifactReference Checkpoint { get; init; }
}

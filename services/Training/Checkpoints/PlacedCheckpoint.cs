using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>A checkpoint that lies on the host to be resumed from.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Manifest">What was placed.</param>
/// <param name="TotalSteps">Optimizer steps of the whole training; null if it does not say.</param>
/// <param name="BestStep">Step of the checkpoint that it names as the best, which lies beside it; null if it names none.</param>
/// <param name="Cards">On which it was written; 1 also without a card.</param>
internal sealed record PlacedCheckpoint(int Step, ArtifactReference Manifest, int? TotalSteps, int? BestStep, int Cards);

using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Training;

/// <summary>The training stage's account for the provenance.</summary>
internal sealed record TrainingStatement
{
    public required string Trainer { get; init; }

    public required string TrainerVersion { get; init; }

    /// <summary>The configuration that was given to the trainer, in full.</summary>
    public required string Configuration { get; init; }

    public required ArtifactReference Model { get; init; }

    public required ArtifactReference Dataset { get; init; }

    public required int ResumedFromStep { get; init; }

    public required int Steps { get; init; }

    public double? FinalLoss { get; init; }

    public required ArtifactReference Output { get; init; }
}

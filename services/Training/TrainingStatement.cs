using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Training;

/// <summary>What this stage read, ran and made; stored for the job's provenance.</summary>
internal sealed record TrainingStatement
{
    public Stage Stage => Stage.Train;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required string Trainer { get; init; }

    /// <summary>What the trainer's <c>version</c> printed.</summary>
    public required string TrainerVersion { get; init; }

    /// <summary>The type in which it computed and kept the trained weights, such as float32.</summary>
    public required string Precision { get; init; }

    public required ArtifactReference Model { get; init; }

    public required ArtifactReference Dataset { get; init; }

    public required Hyperparameters Hyperparameters { get; init; }

    /// <summary>The configuration file that the trainer was given.</summary>
    public required ArtifactReference Configuration { get; init; }

    /// <summary>Optimizer step it went on from; 0 if it began anew.</summary>
    public required int FromStep { get; init; }

    /// <summary>Manifest of the checkpoint it went on from.</summary>
    public ArtifactReference? ResumedFrom { get; init; }

    /// <summary>Steps whose checkpoints this attempt committed.</summary>
    public required IReadOnlyList<int> CommittedSteps { get; init; }

    public required int Steps { get; init; }

    /// <summary>Steps of the whole training, as the trainer counted them.</summary>
    public required int PlannedSteps { get; init; }

    /// <summary>Why it ended, for people.</summary>
    public required string Ending { get; init; }

    /// <summary>Step with the lowest evaluation loss; null if it was not watched.</summary>
    public int? BestStep { get; init; }

    /// <summary>The evaluation loss of <see cref="BestStep"/>.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Step whose weights are the result.</summary>
    public required int ResultOfStep { get; init; }

    public double? FinalLoss { get; init; }

    /// <summary>Things that are odd but no fault, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required int ExitCode { get; init; }

    /// <summary>Manifest of the result, every blob read back and hashed.</summary>
    public required ArtifactReference Output { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }
}

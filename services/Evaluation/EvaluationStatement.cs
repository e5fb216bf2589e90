using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Evaluation;

/// <summary>What this stage read, used and decided; stored for the job's provenance.</summary>
internal sealed record EvaluationStatement
{
    public Stage Stage => Stage.Evaluate;

    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>What the trainer's <c>version</c> printed.</summary>
    public required string TrainerVersion { get; init; }

    public required ArtifactReference Model { get; init; }

    public required ArtifactReference Trained { get; init; }

    public required IReadOnlyDictionary<string, ArtifactReference> Questions { get; init; }

    public required ArtifactReference Report { get; init; }

    public required EvaluationSummary Summary { get; init; }
}

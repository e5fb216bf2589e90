using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Evaluate;

/// <summary>The report is stored and the gate has spoken.</summary>
public sealed record ModelEvaluated : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    public required EvaluationSummary Summary { get; init; }

    /// <summary>Every question with the answers before and after, side by side (JSON).</summary>
    public required ArtifactReference Report { get; init; }

    public required ArtifactReference Statement { get; init; }
}

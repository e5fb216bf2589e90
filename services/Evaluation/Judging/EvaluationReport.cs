using FineTunePipeline.Contracts.Evaluate;

namespace FineTunePipeline.Evaluation.Judging;

/// <summary>The report that people read: the summary and every question with the answers side by side.</summary>
internal sealed record EvaluationReport
{
    public required string JobId { get; init; }

    public required EvaluationSummary Summary { get; init; }

    public required IReadOnlyList<AnsweredQuestion> Questions { get; init; }
}

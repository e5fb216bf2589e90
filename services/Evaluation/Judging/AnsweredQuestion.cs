namespace FineTunePipeline.Evaluation.Judging;

/// <summary>A question with both answers, as the report shows it.</summary>
internal sealed record AnsweredQuestion
{
    public required string Set { get; init; }

    public required string Id { get; init; }

    public required string Prompt { get; init; }

    public required string Expect { get; init; }

    public required string Match { get; init; }

    /// <summary>Answer of the base model.</summary>
    public required string Before { get; init; }

    /// <summary>Answer of the tuned model.</summary>
    public required string After { get; init; }

    public required bool RightBefore { get; init; }

    public required bool RightAfter { get; init; }
}

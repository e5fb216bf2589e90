namespace FineTunePipeline.Contracts.Stages;

/// <summary>One attempt of a stage failed; the only failure event there is.</summary>
public sealed record StageFailed : IStageEvent
{
    public required string JobId { get; init; }

    public required Stage Stage { get; init; }

    public required int Attempt { get; init; }

    public required Failure Failure { get; init; }
}

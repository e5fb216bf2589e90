namespace FineTunePipeline.Contracts.Stages;

/// <summary>Nothing of this attempt runs any more, and nothing of it will be accepted.</summary>
public sealed record StageCancelled : IStageEvent
{
    public required string JobId { get; init; }

    public required Stage Stage { get; init; }

    public required int Attempt { get; init; }
}

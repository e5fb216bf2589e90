namespace FineTunePipeline.Contracts.Stages;

/// <summary>End this attempt (and every older one) of a stage; answered by <see cref="StageCancelled"/> once nothing runs any more.</summary>
public sealed record CancelStage : IStageCommand
{
    public required string JobId { get; init; }

    public required Stage Stage { get; init; }

    public required int Attempt { get; init; }
}

namespace FineTunePipeline.Contracts.Stages;

/// <summary>End this attempt (and every older one) of a stage; answered by <see cref="StageCancelled"/> once nothing runs any more.</summary>
public sealed record CancelStage : IStageCommand
{
    public required string JobId { get; init; }

    public required Stage Stage { get; init; }

    public required int Attempt { get; init; }

    /// <summary>
    /// The host on which it ran is lost: nothing can be ended there, and nobody waits for it. The attempts are closed at once; whoever works on one loses its claim.
    /// </summary>
    public bool HostIsLost { get; init; }

    /// <summary>The job goes on later: what this attempt has reached, and a next one can go on from, is brought to safety before the answer.</summary>
    public bool KeepProgress { get; init; }
}

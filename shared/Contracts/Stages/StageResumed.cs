namespace FineTunePipeline.Contracts.Stages;

/// <summary>A worker took up an attempt that another had left in the middle: killed, stopped, or without its database. Nothing is begun anew by that.</summary>
public sealed record StageResumed : IStageEvent
{
    public required string JobId { get; init; }

    public required Stage Stage { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Times that the attempt has been taken up, this one included; 2 at the first interruption.</summary>
    public required int Entry { get; init; }
}

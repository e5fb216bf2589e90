using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Contracts.Train;

/// <summary>A reading of the training log, at most one every few seconds. Never loads the saga.</summary>
public sealed record TrainingProgressed : IStageEvent
{
    public required string JobId { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; init; }

    public required int TotalSteps { get; init; }

    public double? Loss { get; init; }

    /// <summary>On samples that are not trained; null: not measured since the reading before.</summary>
    public double? EvalLoss { get; init; }

    public double? LearningRate { get; init; }

    public double? Epoch { get; init; }

    /// <summary>Our own estimate; null until two readings are known.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>By our own clock, on all cards together; null until two readings are known. Where samples are packed together, such packs.</summary>
    public double? SamplesPerSecond { get; init; }

    /// <summary>null: no cards, or they are not told of.</summary>
    public CardUse? Cards { get; init; }

    public required DateTimeOffset At { get; init; }
}

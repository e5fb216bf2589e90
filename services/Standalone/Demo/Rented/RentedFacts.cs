using FineTunePipeline.Contracts.Money;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>What became of the job whose host was taken, for the screen and for <c>--json</c>.</summary>
internal sealed record RentedFacts
{
    /// <summary>The host that was taken; null: the training ended before.</summary>
    public string? Taken { get; init; }

    /// <summary>Last step that was seen there.</summary>
    public int? TakenAtStep { get; init; }

    /// <summary>Last step of which a checkpoint was committed by then.</summary>
    public int? CheckpointStep { get; init; }

    /// <summary>The host on which the job went on.</summary>
    public string? Next { get; init; }

    /// <summary>The step from which it went on.</summary>
    public int? FromStep { get; init; }

    /// <summary>From the moment in which the host was taken to the moment in which training went on.</summary>
    public double? RecoverySeconds { get; init; }

    public int? StepsRepeated => TakenAtStep - FromStep;

    /// <summary>In the order in which the job had them.</summary>
    public IReadOnlyList<HostCost> Costs { get; init; } = [];

    public string Currency { get; init; } = "CNY";

    /// <summary>It was taken in the middle, and the job went on elsewhere from a checkpoint.</summary>
    public bool IsShown => Taken is not null && Next is not null && Next != Taken && FromStep > 0;
}

using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Chaos.Jobs;

/// <summary>One job of a run.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Kind">What is planted in it.</param>
internal sealed record JobPlan(int Number, PlanKind Kind)
{
    private const int OneIn = 20;
    private static readonly PlanKind[] Planted = [PlanKind.Real, PlanKind.Crash, PlanKind.Memory, PlanKind.BadData, PlanKind.Refuse];

    /// <summary>Where it must fail, and with what code; null if it must succeed.</summary>
    public (Stage Stage, string Code)? Failure => Kind switch
    {
        PlanKind.BadData => (Stage.Validate, "dataset_json"),
        PlanKind.Refuse => (Stage.Train, "training_refused"),
        _ => null,
    };

    /// <summary>What <c>tests/lib/chaos-engine.sh</c> calls it.</summary>
    public string EnginePlan => Kind == PlanKind.BadData ? "fast" : Kind.ToString().ToLowerInvariant();

    /// <summary>Attempts of a stage that the plan itself asks for.</summary>
    public int Attempts(Stage stage) => stage == Stage.Train && Kind is PlanKind.Crash or PlanKind.Memory ? 2 : 1;

    /// <summary>One in twenty of each planted kind, in an order that the seed draws; the rest are fast.</summary>
    /// <param name="planted">Which kinds; null: all.</param>
    public static IReadOnlyList<JobPlan> Draw(int jobs, int seed, IReadOnlyList<PlanKind>? planted = null)
    {
        var each = Math.Max(1, jobs / OneIn);
        var kinds = (planted ?? Planted).SelectMany(kind => Enumerable.Repeat(kind, each)).Concat(Enumerable.Repeat(PlanKind.Fast, jobs)).Take(jobs).ToArray();
        new Random(seed).Shuffle(kinds);
        return [.. kinds.Select((kind, index) => new JobPlan(index + 1, kind))];
    }
}

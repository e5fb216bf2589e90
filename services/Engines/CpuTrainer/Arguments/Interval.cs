using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>How often something happens in training: <c>…_strategy</c> with <c>…_steps</c>.</summary>
/// <param name="Unit">Steps, epochs or never.</param>
/// <param name="Every">Optimizer steps; below 1 a part of all steps.</param>
internal sealed record Interval(IntervalUnit Unit, double Every)
{
    public static Interval From(ArgumentValues values, string strategy, string steps, string? fallback = null)
    {
        var every = values.OptionalNumber(steps) ?? values.Number(fallback!);
        var unit = values.Text(strategy) switch { "no" => IntervalUnit.Never, "epoch" => IntervalUnit.Epochs, _ => IntervalUnit.Steps };
        if (unit == IntervalUnit.Steps && (every <= 0 || (every > 1 && every != Math.Floor(every))))
        {
            throw TrainerException.Value($"{steps} must be a whole number of steps, or a part of all steps below 1.");
        }

        return new Interval(unit, every);
    }

    /// <summary>The interval in whole steps of a run that has <paramref name="totalSteps"/>.</summary>
    public int InSteps(int totalSteps) => Every < 1 ? Math.Max(1, (int)Math.Ceiling(Every * totalSteps)) : (int)Math.Min(Every, int.MaxValue);

    /// <summary>Whether it is time after a step (counted from 1).</summary>
    public bool Falls(int step, int totalSteps, bool epochEnded) => Unit switch
    {
        IntervalUnit.Steps => step % InSteps(totalSteps) == 0,
        IntervalUnit.Epochs => epochEnded,
        _ => false,
    };
}

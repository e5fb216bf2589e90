using FineTunePipeline.CpuTrainer.Arguments;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>How many steps a training has and where each one lies, counted as transformers counts them.</summary>
internal sealed record TrainingPlan
{
    public required int Samples { get; init; }

    /// <summary>Samples of an optimizer step.</summary>
    public required int SamplesPerStep { get; init; }

    public required int Accumulation { get; init; }

    /// <summary>Micro-batches of an epoch.</summary>
    public required int BatchesPerEpoch { get; init; }

    public required int StepsPerEpoch { get; init; }

    public required int TotalSteps { get; init; }

    /// <summary>Epochs begun by the end.</summary>
    public int Epochs => (int)Math.Ceiling(TotalSteps / (double)StepsPerEpoch);

    public static TrainingPlan Of(int samples, OptimizerOptions options)
    {
        var batches = CeilingOf(samples, options.BatchSize);
        var steps = CeilingOf(batches, options.Accumulation);
        return new TrainingPlan
        {
            Samples = samples,
            SamplesPerStep = checked(options.BatchSize * options.Accumulation),
            Accumulation = options.Accumulation,
            BatchesPerEpoch = batches,
            StepsPerEpoch = steps,
            TotalSteps = options.MaxSteps > 0 ? options.MaxSteps : checked((int)Math.Ceiling(options.Epochs * steps)),
        };
    }

    /// <summary>Epoch and place in it of a step counted from 0.</summary>
    public (int Epoch, int StepInEpoch) Locate(int step) => (step / StepsPerEpoch, step % StepsPerEpoch);

    /// <summary>Whether an epoch ends with a step counted from 1.</summary>
    public bool EndsEpoch(int step) => step % StepsPerEpoch == 0 || step == TotalSteps;

    /// <summary>Epochs done after so many steps, as a fraction.</summary>
    public double EpochAfter(int steps)
    {
        if (steps == 0)
        {
            return 0;
        }

        var (epoch, last) = Locate(steps - 1);
        return epoch + (Math.Min((last + 1) * Accumulation, BatchesPerEpoch) / (double)BatchesPerEpoch);
    }

    private static int CeilingOf(int value, int divisor) => (value / divisor) + (value % divisor == 0 ? 0 : 1);
}

using FineTunePipeline.CpuTrainer.Arguments;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>The learning rate of each step: a linear rise from 0 to the peak, then the chosen course.</summary>
internal sealed class LearningRateSchedule(OptimizerOptions options, int totalSteps)
{
    // "constant" has no warm-up at all; whoever wants one names constant_with_warmup.
    private readonly int _warmup = options.Schedule == "constant" ? 0 : options.WarmupSteps(totalSteps);

    /// <param name="step">Steps done before this one.</param>
    public double At(int step)
    {
        if (step < _warmup)
        {
            return options.LearningRate * step / Math.Max(1, _warmup);
        }

        var progress = (step - _warmup) / (double)Math.Max(1, totalSteps - _warmup);
        return options.LearningRate * options.Schedule switch
        {
            "cosine" => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            "linear" => Math.Max(0, 1 - progress),
            _ => 1,
        };
    }
}

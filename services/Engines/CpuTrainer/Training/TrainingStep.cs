using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>
/// One optimizer step over several micro-batches. Each micro-batch's loss is divided by the number of learnt tokens of the whole step, so that a token counts the
/// same wherever it lies: the result does not depend on how the samples are dealt into micro-batches.
/// </summary>
internal sealed class TrainingStep(CausalLm model, AdamW optimizer, LearningRateSchedule schedule, StopRequest stop)
{
    /// <param name="step">Steps done before this one.</param>
    /// <param name="batches">The micro-batches.</param>
    /// <returns>null if a stop was requested before the update: nothing has changed then but torch's random state.</returns>
    /// <exception cref="TrainerException">The loss or the gradient is no finite number; nothing was updated.</exception>
    public StepLoss? Run(int step, IReadOnlyList<IReadOnlyList<TokenizedSample>> batches)
    {
        var tokens = batches.Sum(batch => batch.Sum(sample => (long)sample.TrainedTokens));
        var (lossSum, padded) = (0.0, 0L);
        foreach (var samples in batches)
        {
            if (stop.IsRequested)
            {
                optimizer.DropGradients();
                return null;
            }

            using var scope = NewDisposeScope();
            using var batch = new TokenBatch(samples);
            var loss = batch.LossSum(batch.Scores(model)).div(tokens);
            var value = (double)loss.item<float>();
            RequireFinite("loss", value, step);
            loss.backward();
            lossSum += value;
            padded += batch.PaddedTokens;
        }

        var norm = optimizer.Clip();
        RequireFinite("gradient norm", norm, step);
        var learningRate = schedule.At(step);
        optimizer.Step(step + 1, learningRate);
        return new StepLoss(lossSum, norm, learningRate, padded);
    }

    private static void RequireFinite(string what, double value, int step)
    {
        if (!double.IsFinite(value))
        {
            var shown = double.IsNaN(value) ? "nan" : "inf";
            throw TrainerException.Value(
                $"{what} is {shown} at step {step + 1}: from a loss of nan or inf nothing can be learnt. Nothing was updated, the last checkpoint is kept.",
                "Lower learning_rate, raise warmup_steps, or look for damaged weights in the base model.");
        }
    }
}

using System.Globalization;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Training.Watching;

namespace FineTunePipeline.Training;

/// <summary>What is odd about a training that has ended well.</summary>
internal static class TrainingWarnings
{
    /// <summary>A mean of more than this for each token: the model would still be surprised by most of its own answers.</summary>
    private const double HighLoss = 1;

    /// <param name="stage">Of answers alone is it known what a high loss is.</param>
    /// <param name="run">The training.</param>
    public static IReadOnlyList<string> Of(TrainingStage stage, WatchedRun run) => stage == TrainingStage.Sft && run.FinalLoss is { } loss && loss > HighLoss
        ? [string.Create(
            CultureInfo.InvariantCulture,
            $"The loss is {loss:0.000} at the end (step {run.Steps}), and above {HighLoss:0.0}: the answers are seldom learnt yet. Train more epochs, raise learning_rate, or look at the data.")]
        : [];
}

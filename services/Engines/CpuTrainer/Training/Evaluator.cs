using System.Diagnostics;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>
/// The loss on samples that are not trained on: as transformers reckons it, the mean over samples of the mean loss of their batch's tokens. Accuracy is the mean
/// over samples of the part of their answer's tokens that the model would have chosen.
/// </summary>
internal sealed class Evaluator(IReadOnlyList<TokenizedSample> samples, int batchSize, bool accuracy, TimeProvider time, StopRequest stop)
{
    private const int RuntimeDigits = 4;
    private const int RateDigits = 3;

    public int Batches => (samples.Count + batchSize - 1) / batchSize;

    public int Samples => samples.Count;

    /// <param name="model">The model.</param>
    /// <param name="afterBatch">Told how many batches are done.</param>
    public IReadOnlyList<KeyValuePair<string, object?>> Evaluate(CausalLm model, Action<int>? afterBatch = null)
    {
        Debug.Assert(!model.Training, "Dropout must be off, and must not move the random state of the training.");
        var started = time.GetTimestamp();
        var (lossSum, accuracySum, batches) = (0.0, 0.0, 0);
        foreach (var chunk in samples.Chunk(batchSize))
        {
            stop.ThrowIfRequested();
            using var frozen = no_grad();
            using var scope = NewDisposeScope();
            using var batch = new TokenBatch(chunk);
            var scores = batch.Scores(model);
            lossSum += chunk.Length * (batch.LossSum(scores).item<float>() / (double)chunk.Sum(sample => sample.TrainedTokens));
            accuracySum += accuracy ? AccuracySum(batch, scores) : 0;
            afterBatch?.Invoke(++batches);
        }

        var seconds = time.GetElapsedTime(started).TotalSeconds;
        List<KeyValuePair<string, object?>> metrics = [new("eval_loss", lossSum / samples.Count)];
        if (accuracy)
        {
            metrics.Add(new("eval_accuracy", accuracySum / samples.Count));
        }

        metrics.Add(new("eval_runtime", Math.Round(seconds, RuntimeDigits)));
        metrics.Add(new("eval_samples_per_second", Math.Round(samples.Count / seconds, RateDigits)));
        metrics.Add(new("eval_steps_per_second", Math.Round(batches / seconds, RateDigits)));
        return metrics;
    }

    private static double AccuracySum(TokenBatch batch, Tensor scores)
    {
        var hits = batch.Hits(scores);
        var (sum, start) = (0.0, 0);
        foreach (var sample in batch.Samples)
        {
            sum += hits.AsSpan(start, sample.TrainedTokens).Count(true) / (double)sample.TrainedTokens;
            start += sample.TrainedTokens;
        }

        return sum;
    }
}

using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using FineTunePipeline.CpuTrainer.Pretraining.Rows;
using FineTunePipeline.CpuTrainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>Trains all weights of a new model on rows of the corpus.</summary>
internal sealed class PretrainLoop(CausalLm model, RowPacker packer, PretrainOptions options)
{
    private readonly Stopwatch _clock = new();

    /// <summary>Runs all steps; a line of progress goes to <paramref name="report"/> every now and then.</summary>
    public void Run(Action<string> report)
    {
        _clock.Start();

        // AdamW exempts norms from decay by their names; here everything decays, so names are left out.
        var weights = model.TrainAllParameters().Select((weight, index) => ($"weight {index}", weight.Tensor)).ToList();
        using var optimizer = new AdamW(weights, OptimizerSettings());
        var losses = 0.0;
        var counted = 0;
        for (var step = 0; step < options.Steps; step++)
        {
            losses += Step(optimizer, step);
            counted++;
            if ((step + 1) % options.LogSteps == 0 || step + 1 == options.Steps)
            {
                report(Progress(step + 1, losses / counted));
                (losses, counted) = (0, 0);
            }
        }

        foreach (var (_, tensor) in model.NamedParameters)
        {
            tensor.requires_grad = false;
        }
    }

    private double Step(AdamW optimizer, int step)
    {
        using var scope = NewDisposeScope();
        var rows = Enumerable.Range(0, options.Rows).Select(_ => packer.Next()).ToList();
        var ids = tensor(rows.SelectMany(row => row.Ids).ToArray()).view(options.Rows, options.RowLength);

        // The state at each place predicts the next token, so labels move one to the left.
        var labels = tensor(rows.SelectMany(row => row.Labels.Skip(1)).ToArray());
        var learnt = labels.ne(TrainingRow.Ignored).nonzero().view(-1);
        var states = model.Hidden(ids).slice(1, 0, options.RowLength - 1, 1).reshape(-1, model.Config.HiddenSize);

        // The head is the largest product of the model and runs for learnt places only.
        var logits = model.Logits(states.index_select(0, learnt));
        var loss = nn.functional.cross_entropy(logits, labels.index_select(0, learnt));
        loss.backward();
        optimizer.Clip();
        optimizer.Step(step + 1, options.RateAt(step));
        return loss.item<float>();
    }

    private OptimizerOptions OptimizerSettings() => new()
    {
        BatchSize = options.Rows,
        Accumulation = 1,
        Epochs = 1,
        MaxSteps = options.Steps,
        LearningRate = options.LearningRate,
        Schedule = "cosine",
        Warmup = options.WarmupSteps,
        WarmupRatio = 0,
        WeightDecay = options.WeightDecay,
        Beta1 = 0.9,
        Beta2 = options.Beta2,
        Epsilon = 1e-8,
        MaxGradNorm = 1,
    };

    private string Progress(int step, double loss)
    {
        var seconds = _clock.Elapsed.TotalSeconds;
        var tokens = (double)step * options.Rows * options.RowLength;
        var left = TimeSpan.FromSeconds(seconds / step * (options.Steps - step));
        return string.Create(CultureInfo.InvariantCulture, $"step {step}/{options.Steps}  loss {loss:F3}  {tokens / seconds:F0} tokens/s  {left:mm\\:ss} left");
    }
}

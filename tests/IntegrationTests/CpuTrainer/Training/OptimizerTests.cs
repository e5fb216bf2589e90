using System.Text.Json;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Training;
using FineTunePipeline.IntegrationTests.CpuTrainer.Models;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

/// <summary>The trainer's own step, optimizer and schedule against torch.optim.AdamW on the same weights and tokens.</summary>
[Collection(TorchCollection.Name)]
public sealed class OptimizerTests : IDisposable
{
    private const int Steps = 20;

    private static readonly OptimizerOptions Options = new()
    {
        BatchSize = 2,
        Accumulation = 2,
        Epochs = 1,
        MaxSteps = Steps,
        LearningRate = 0.02,
        Schedule = "cosine",
        Warmup = 2,
        WarmupRatio = 0,
        WeightDecay = 0,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8,
        MaxGradNorm = 1,
    };

    private readonly GoldenFile _golden = new(TestFiles.Golden("steps.safetensors"));
    private readonly JsonElement _record = JsonElement.Parse(File.ReadAllText(TestFiles.Golden("steps.json")));

    [Fact]
    public void Takes_the_same_20_steps_as_PyTorch_with_adapters()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var lora = Lora.Attach(model, new LoraSettings { Rank = 3, Alpha = 6 }, seed: 1);
        using (no_grad())
        {
            foreach (var (name, tensor) in lora.Parameters)
            {
                tensor.copy_(_golden["start." + name]);
            }
        }

        Compare("lora", model, lora.Parameters, Options);

        foreach (var (name, tensor) in lora.Parameters)
        {
            Assert.True(Difference.Max(tensor, _golden["end." + name]) < 1e-4, name);
        }
    }

    [Fact]
    public void Takes_the_same_20_steps_as_PyTorch_with_all_weights_and_decay()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));

        // PyTorch decays whatever it is given; the trainer knows norms by their names and spares them.
        var unnamed = model.TrainAllParameters().Select((parameter, index) => ($"tensor.{index}", parameter.Tensor)).ToList();

        Compare("full", model, unnamed, Options with { WeightDecay = 0.01 });
    }

    public void Dispose() => _golden.Dispose();

    private void Compare(string method, CausalLm model, IReadOnlyList<(string Name, Tensor Tensor)> parameters, OptimizerOptions options)
    {
        using var optimizer = new AdamW(parameters, options);
        using var stop = new StopRequest();
        var step = new TrainingStep(model, optimizer, new LearningRateSchedule(options, Steps), stop);
        for (var number = 0; number < Steps; number++)
        {
            IReadOnlyList<IReadOnlyList<TokenizedSample>> batches = [.. Enumerable.Range(0, 2).Select(index => Batch((number % 4 * 2) + index))];

            var done = step.Run(number, batches)!;

            Assert.Equal(_record.GetProperty(method).GetProperty("losses")[number].GetDouble(), done.Loss, 1e-4);
            Assert.Equal(_record.GetProperty(method).GetProperty("norms")[number].GetDouble(), done.GradientNorm, 1e-3);
        }
    }

    /// <summary>Rows of a recorded batch; what is not learnt has the label -100, padding among it.</summary>
    private List<TokenizedSample> Batch(int number)
    {
        var (ids, labels) = (_golden[$"ids.{number}"], _golden[$"labels.{number}"]);
        return [.. Enumerable.Range(0, (int)ids.shape[0]).Select(row => new TokenizedSample(
            [.. ids[row].data<long>().ToArray().Select(id => (int)id)],
            [.. labels[row].data<long>().ToArray().Select(label => label != TokenLoss.Ignore)]))];
    }
}

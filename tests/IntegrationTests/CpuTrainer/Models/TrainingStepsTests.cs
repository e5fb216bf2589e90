using System.Text.Json;
using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

/// <summary>20 optimizer steps with accumulation, clipping, warm-up and cosine against torch.optim.AdamW on the same weights and tokens.</summary>
[Collection(TorchCollection.Name)]
public sealed class TrainingStepsTests : IDisposable
{
    private const int Steps = 20;

    private readonly GoldenFile _golden = new(TestFiles.Golden("steps.safetensors"));
    private readonly JsonElement _record = JsonDocument.Parse(File.ReadAllText(TestFiles.Golden("steps.json"))).RootElement;

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void Losses_and_final_adapter_equal_PyTorch()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var lora = Lora.Attach(model, new LoraSettings { Rank = 3, Alpha = 6 }, seed: 1);
        using (no_grad())
        {
            foreach (var (name, tensor) in lora.Parameters)
                tensor.copy_(_golden["start." + name]);
        }

        Compare("lora", model, lora.Parameters, weightDecay: 0);

        foreach (var (name, tensor) in lora.Parameters)
            Assert.True(Difference.Max(tensor, _golden["end." + name]) < 1e-4, $"{name}: {Difference.Max(tensor, _golden["end." + name])}");
    }

    [Fact]
    public void Losses_of_full_fine_tuning_equal_PyTorch()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        Compare("full", model, model.TrainAllParameters(), weightDecay: 0.01);
    }

    private void Compare(string method, CausalLm model, IReadOnlyList<(string Name, Tensor Tensor)> parameters, double weightDecay)
    {
        using var optimizer = new ReferenceAdamW([.. parameters.Select(p => p.Tensor)], weightDecay);
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var micro = Enumerable.Range(0, 2).Select(i => (step % 4 * 2) + i).ToList();
            var tokens = micro.Sum(i => _golden[$"labels.{i}"].slice(1, 1, long.MaxValue, 1).ne(-100).sum().item<long>());
            var total = 0.0;
            foreach (var i in micro)
            {
                var (sum, _) = TokenLoss.Of(model, _golden[$"ids.{i}"], _golden[$"labels.{i}"]);
                (sum / tokens).backward();
                total += sum.item<float>();
            }

            Assert.Equal(_record.GetProperty(method).GetProperty("losses")[step].GetDouble(), total / tokens, 1e-4);
            Assert.Equal(_record.GetProperty(method).GetProperty("norms")[step].GetDouble(), optimizer.Clip(1.0), 1e-3);
            optimizer.Step(step + 1, LearningRate(step));
        }
    }

    private static double LearningRate(int step) => step < 2 ? 0.02 * step / 2 : 0.02 * 0.5 * (1 + Math.Cos(Math.PI * (step - 2) / 18.0));

    /// <summary>The textbook update, so that what is compared here is the model and its gradients; the trainer's own optimizer has its own test.</summary>
    private sealed class ReferenceAdamW : IDisposable
    {
        private readonly IReadOnlyList<Tensor> _parameters;
        private readonly double _weightDecay;
        private readonly List<Tensor> _means;
        private readonly List<Tensor> _squares;

        public ReferenceAdamW(IReadOnlyList<Tensor> parameters, double weightDecay)
        {
            (_parameters, _weightDecay) = (parameters, weightDecay);
            _means = [.. parameters.Select(p => zeros_like(p).DetachFromDisposeScope())];
            _squares = [.. parameters.Select(p => zeros_like(p).DetachFromDisposeScope())];
        }

        public double Clip(double limit)
        {
            using var frozen = no_grad();
            var norm = Math.Sqrt(_parameters.Sum(p => p.grad!.to(ScalarType.Float64).square().sum().item<double>()));
            foreach (var parameter in _parameters)
                parameter.grad!.mul_(Math.Min(1, limit / (norm + 1e-6)));
            return norm;
        }

        public void Step(int number, double rate)
        {
            using var frozen = no_grad();
            for (var i = 0; i < _parameters.Count; i++)
            {
                var (parameter, gradient) = (_parameters[i], _parameters[i].grad!);
                parameter.mul_(1 - (rate * _weightDecay));
                _means[i].mul_(0.9).add_(gradient, 0.1);
                _squares[i].mul_(0.999).addcmul_(gradient, gradient, 0.001);
                var spread = _squares[i].sqrt().div_(Math.Sqrt(1 - Math.Pow(0.999, number))).add_(1e-8);
                parameter.addcdiv_(_means[i], spread, -rate / (1 - Math.Pow(0.9, number)));
                gradient.zero_();
            }
        }

        public void Dispose() => _means.Concat(_squares).ToList().ForEach(t => t.Dispose());
    }
}

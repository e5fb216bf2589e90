using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

/// <summary>Our model against PyTorch and transformers on the same weights.</summary>
[Collection(TorchCollection.Name)]
public sealed class ForwardTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("llama")]
    [InlineData("llama-linear")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Logits_loss_and_every_gradient_equal_PyTorch(string architecture)
    {
        using var model = CausalLm.Load(TestFiles.Golden(architecture));
        using var golden = new GoldenFile(TestFiles.Golden($"{architecture}/golden.safetensors"));
        model.TrainAllParameters();

        var logits = model.Logits(model.Hidden(golden["ids"]));
        Assert.True(Difference.Max(logits, golden["logits"]) < 1e-5, $"logits differ by {Difference.Max(logits, golden["logits"])}");

        var (sum, count) = TokenLoss.Of(model, golden["ids"], golden["labels"]);
        var loss = sum / count;
        Assert.Equal(golden["loss"].item<float>(), loss.item<float>(), 1e-5f);

        loss.backward();
        var parameters = model.NamedParameters.ToDictionary(p => p.Name, p => p.Tensor);
        Assert.Equal(golden.Under("grad.").Order(), parameters.Keys.Order());
        foreach (var (name, parameter) in parameters)
        {
            var difference = Difference.Max(parameter.grad!, golden["grad." + name]);
            Assert.True(difference < 1e-5, $"gradient of {name} differs by {difference}");
        }
    }

    [Fact]
    public void Gradients_of_low_rank_pairs_equal_PyTorch()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var golden = new GoldenFile(TestFiles.Golden("lora.safetensors"));
        using var lora = Lora.Attach(model, new LoraSettings { Rank = 3, Alpha = 6 }, seed: 1);
        Assert.Equal(golden.Under("start.").Order(), lora.Parameters.Select(p => p.Name).Order());
        using (no_grad())
        {
            foreach (var (name, tensor) in lora.Parameters)
                tensor.copy_(golden["start." + name]);
        }

        var (sum, count) = TokenLoss.Of(model, golden["ids"], golden["labels"]);
        var loss = sum / count;
        loss.backward();

        Assert.Equal(golden["loss"].item<float>(), loss.item<float>(), 1e-5f);
        foreach (var (name, tensor) in lora.Parameters)
            Assert.True(Difference.Max(tensor.grad!, golden["grad." + name]) < 1e-5, name);
    }

    [Theory]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-llama2")]
    public void Logits_of_a_trained_model_equal_transformers_also_with_padding_on_the_left(string name)
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Model(name));
        using var golden = new GoldenFile(TestFiles.Golden($"{name}.safetensors"));

        var logits = model.Logits(model.Hidden(golden["ids"]));
        Assert.True(Difference.Max(EveryEighth(logits), golden["logits"]) < 1e-4);
        Assert.Equal(0, Difference.Max(logits.argmax(-1), golden["argmax"]));

        var padded = model.Logits(model.Hidden(golden["ids"], golden["mask"]));
        var real = golden["mask"].to(ScalarType.Bool);
        Assert.True(Difference.Max(EveryEighth(padded)[real], golden["padded"][real]) < 1e-4);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Tokens_fed_one_by_one_with_a_cache_give_what_all_at_once_gives(string architecture)
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden(architecture));
        using var golden = new GoldenFile(TestFiles.Golden($"{architecture}/golden.safetensors"));
        var ids = golden["ids"];
        using var cache = new KvCache(model.Config, ids.shape[0], ids.shape[1], model.ComputeType);

        var pieces = new List<Tensor> { model.Hidden(ids.slice(1, 0, 5, 1), cache: cache) };
        for (long at = 5; at < ids.shape[1]; at++)
            pieces.Add(model.Hidden(ids.slice(1, at, at + 1, 1), cache: cache));

        Assert.True(Difference.Max(model.Logits(cat([.. pieces], 1)), golden["logits"]) < 1e-5);
    }

    [Fact]
    public void A_row_does_not_depend_on_padding_beside_it()
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var row = tensor(new long[] { 3, 9, 27, 4, 11 }).view(1, -1);
        var padded = cat([zeros(1, 3, dtype: ScalarType.Int64), row, zeros(1, 2, dtype: ScalarType.Int64)], 1);
        var mask = tensor(new long[] { 0, 0, 0, 1, 1, 1, 1, 1, 0, 0 }).view(1, -1);

        var difference = Difference.Max(model.Hidden(padded, mask).slice(1, 3, 8, 1), model.Hidden(row));

        Assert.True(difference < 1e-5, $"{difference}");
    }

    [Fact]
    public void Bfloat16_products_stay_near_float32_and_still_train_float32_weights()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var golden = new GoldenFile(TestFiles.Golden("qwen3/golden.safetensors"));
        model.TrainAllParameters();
        model.BFloat16Linears = true;

        var (sum, count) = TokenLoss.Of(model, golden["ids"], golden["labels"]);
        (sum / count).backward();

        Assert.Equal(golden["loss"].item<float>(), (sum / count).item<float>(), 0.05f);
        Assert.All(model.NamedParameters, p => Assert.Equal(ScalarType.Float32, p.Tensor.grad!.dtype));
    }

    [Fact]
    public void A_model_held_in_bfloat16_gives_nearly_the_same_logits()
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"), ScalarType.BFloat16);
        using var golden = new GoldenFile(TestFiles.Golden("qwen3/golden.safetensors"));

        var logits = model.Logits(model.Hidden(golden["ids"]));

        Assert.Equal(ScalarType.Float32, logits.dtype);
        Assert.InRange(Difference.Max(logits, golden["logits"]), 1e-6, 0.2);
    }

    private static Tensor EveryEighth(Tensor logits) => logits.slice(2, 0, logits.shape[2], 8);
}

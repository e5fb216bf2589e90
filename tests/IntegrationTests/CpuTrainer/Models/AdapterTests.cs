using System.Text.Json.Nodes;
using FineTunePipeline.CpuTrainer.Export;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats.Safetensors;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

[Collection(TorchCollection.Name)]
public sealed class AdapterTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("finetune-adapter-").FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_new_pair_changes_nothing_until_it_is_trained()
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var before = model.Hidden(Ids());
        using var lora = Lora.Attach(model, new LoraSettings { Rank = 4 }, seed: 3);

        Assert.Equal(0, Difference.Max(before, model.Hidden(Ids())));
        Assert.All(lora.Parameters.Where(p => p.Name.Contains("lora_A", StringComparison.Ordinal)), p =>
        {
            var bound = 1 / Math.Sqrt(p.Tensor.shape[1]);
            Assert.InRange(p.Tensor.abs().max().item<float>(), bound / 2, bound);
        });
    }

    [Fact]
    public void The_same_seed_gives_the_same_pairs_whatever_was_drawn_before()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var first = Start(model, 7);
        rand(5);
        var again = Start(model, 7);
        var other = Start(model, 8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        static float[] Start(CausalLm model, long seed)
        {
            using var lora = Lora.Attach(model, new LoraSettings(), seed);
            return [.. lora.Parameters.SelectMany(p => p.Tensor.contiguous().data<float>().ToArray())];
        }
    }

    [Fact]
    public void Only_the_named_targets_are_trained()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        using var lora = Lora.Attach(model, new LoraSettings { Targets = ["v_proj", "q_proj"] }, seed: 1);

        Assert.Equal(["q_proj", "v_proj"], lora.Targets);
        Assert.Equal(8, lora.Parameters.Count);
        Assert.All(model.NamedParameters, p => Assert.False(p.Tensor.requires_grad));
    }

    [Fact]
    public void An_unknown_target_is_an_error_that_lists_the_known()
    {
        using var model = CausalLm.Load(TestFiles.Golden("qwen3"));
        var error = Assert.Throws<ModelException>(() => Lora.Attach(model, new LoraSettings { Targets = ["q_proj", "query"] }, seed: 1));
        Assert.Contains("query", error.Message, StringComparison.Ordinal);
        Assert.Contains("down_proj", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_that_is_saved_and_loaded_is_the_same_bit_by_bit()
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(TestFiles.Golden("llama"));
        Tensor trained;
        using (var lora = Trained(model, new LoraSettings { Rank = 2, Alpha = 5, Dropout = 0.1, RankStabilised = true }))
        {
            AdapterFile.Save(lora, _folder, "some/base");
            trained = model.Hidden(Ids());
        }
        Assert.NotEqual(0, Difference.Max(trained, model.Hidden(Ids())));

        using var loaded = AdapterFile.Load(model, _folder);

        Assert.Equal(0, Difference.Max(trained, model.Hidden(Ids())));
        Assert.Equal(0.1, loaded.Settings.Dropout);
        Assert.Equal("some/base", Config()["base_model_name_or_path"]!.GetValue<string>());
    }

    [Fact]
    public void An_adapter_that_PEFT_wrote_is_read_and_written_back_as_PEFT_has_it()
    {
        using var model = CausalLm.Load(TestFiles.Model("tiny-qwen3"));
        using var lora = AdapterFile.Load(model, TestFiles.Model("adapter-qwen3"));
        AdapterFile.Save(lora, _folder, "/lf/models/tiny-qwen3");

        Assert.Equal(File.ReadAllBytes(Path.Combine(TestFiles.Model("adapter-qwen3"), "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "adapter_model.safetensors")));
        var theirs = JsonNode.Parse(File.ReadAllText(Path.Combine(TestFiles.Model("adapter-qwen3"), "adapter_config.json")))!.AsObject();
        foreach (var (key, value) in Config())
            Assert.True(key == "target_modules" ? Sorted(value) == Sorted(theirs[key]) : JsonNode.DeepEquals(value, theirs[key]), key);

        static string Sorted(JsonNode? names) => string.Join(' ', names!.AsArray().Select(n => n!.GetValue<string>()).Order());
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("llama")]
    public void The_merged_model_gives_the_logits_of_base_and_adapter(string architecture)
    {
        using var frozen = no_grad();
        Tensor expected;
        using (var model = CausalLm.Load(TestFiles.Golden(architecture)))
        using (var lora = Trained(model, new LoraSettings { Rank = 3, Alpha = 6 }))
        {
            AdapterFile.Save(lora, _folder, "base");
            expected = model.Logits(model.Hidden(Ids()));
        }
        var place = Path.Combine(_folder, "merged");

        var result = Exporter.Run(TestFiles.Golden(architecture), _folder, place);

        Assert.Equal(14, result.TensorsMerged);
        using var merged = CausalLm.Load(place);
        var difference = Difference.Max(merged.Logits(merged.Hidden(Ids())), expected);
        Assert.True(difference < 1e-4, $"{difference}");
        Assert.NotEqual(0, Difference.Max(merged.NamedParameters[2].Tensor, CausalLm.Load(TestFiles.Golden(architecture)).NamedParameters[2].Tensor));
    }

    [Fact]
    public void Merging_on_the_trained_model_stays_within_the_rounding_of_bfloat16_of_what_PEFT_merged()
    {
        Exporter.Run(TestFiles.Model("tiny-qwen3"), TestFiles.Model("adapter-qwen3"), Path.Combine(_folder, "merged"));

        using var ours = ModelWeights.OpenFolder(Path.Combine(_folder, "merged"));
        using var theirs = ModelWeights.OpenFolder(TestFiles.Model("merged-qwen3"));
        Assert.Equal(theirs.Values.Select(t => (t.Name, t.Type)), ours.Values.Select(t => (t.Name, t.Type)));
        foreach (var name in ours.Keys)
        {
            var (a, b) = (TensorBytes.Read(ours, name, ScalarType.Float32), TensorBytes.Read(theirs, name, ScalarType.Float32));
            // PEFT rounds the change and then the sum, we round once: at most one step of bfloat16 (2^-8 of the value) apart.
            var steps = ((a - b).abs() / (maximum(a.abs(), b.abs()) / 128 + 1e-5)).max().item<float>();
            Assert.True(steps <= 1, $"{name}: {steps}");
        }
    }

    [Fact]
    public void A_file_of_weights_that_is_cut_off_is_named()
    {
        File.Copy(Path.Combine(TestFiles.Model("adapter-qwen3"), "adapter_config.json"), Path.Combine(_folder, "adapter_config.json"));
        var bytes = File.ReadAllBytes(Path.Combine(TestFiles.Model("adapter-qwen3"), "adapter_model.safetensors"));
        File.WriteAllBytes(Path.Combine(_folder, "adapter_model.safetensors"), bytes[..^100]);
        using var model = CausalLm.Load(TestFiles.Model("tiny-qwen3"));

        var error = Assert.Throws<ModelException>(() => AdapterFile.Load(model, _folder));

        Assert.Contains("adapter_model.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        using var model = CausalLm.Load(TestFiles.Model("tiny-llama2"));
        Assert.Throws<ModelException>(() => AdapterFile.Load(model, TestFiles.Model("adapter-qwen3")));
        var error = Assert.Throws<ModelException>(() => Exporter.Run(TestFiles.Model("tiny-llama2"), TestFiles.Model("adapter-qwen3"), Path.Combine(_folder, "out")));
        Assert.Contains("trained on", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private static Tensor Ids() => tensor(new long[] { 3, 9, 27, 4, 11, 30, 1, 2 }).view(2, 4);

    private JsonObject Config() => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "adapter_config.json")))!.AsObject();

    /// <summary>An adapter whose B is not zero.</summary>
    private static Lora Trained(CausalLm model, LoraSettings settings)
    {
        var lora = Lora.Attach(model, settings, seed: 11);
        using var frozen = no_grad();
        foreach (var (_, tensor) in lora.Parameters.Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)))
            tensor.normal_(0, 0.1);
        return lora;
    }
}

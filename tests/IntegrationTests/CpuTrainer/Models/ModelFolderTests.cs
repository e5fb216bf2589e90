using System.Text.Json.Nodes;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.ModelFormats.Safetensors;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

/// <summary>Folders that contradict themselves are refused with words, before anything large is allocated.</summary>
[Collection(TorchCollection.Name)]
public sealed class ModelFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetune-model-").FullName;

    public ModelFolderTests()
    {
        foreach (var name in (string[])["config.json", "model.safetensors"])
            File.Copy(Path.Combine(TestFiles.Golden("qwen3"), name), Path.Combine(_folder, name));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_shape_that_contradicts_the_configuration_is_named_with_both_shapes()
    {
        Change(config => config["intermediate_size"] = 20);
        var error = Assert.Throws<ModelException>(() => CausalLm.Load(_folder));
        Assert.Contains("model.layers.0.mlp.gate_proj.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("[24, 16]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[20, 16]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_layer_and_one_too_many_are_named()
    {
        Change(config => config["num_hidden_layers"] = 3);
        Assert.Contains("model.layers.2.", Assert.Throws<ModelException>(() => CausalLm.Load(_folder)).Message, StringComparison.Ordinal);
        Change(config => config["num_hidden_layers"] = 1);
        Assert.Contains("model.layers.1.", Assert.Throws<ModelException>(() => CausalLm.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_is_neither_tied_nor_there_is_named()
    {
        Change(config => config["tie_word_embeddings"] = false);
        Assert.Contains("lm_head.weight", Assert.Throws<ModelException>(() => CausalLm.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_cut_off_or_missing_are_refused()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
        Assert.Throws<ModelException>(() => CausalLm.Load(_folder));
        File.Delete(path);
        Assert.Throws<ModelException>(() => CausalLm.Load(_folder));
    }

    [Fact]
    public void Whole_numbers_are_no_weights()
    {
        using (var model = CausalLm.Load(_folder))
        {
            SafetensorsWriter.Write(
                Path.Combine(_folder, "model.safetensors"),
                [.. model.NamedParameters.Select((p, i) => TensorBytes.ToWrite(p.Name, p.Tensor, i == 1 ? ScalarType.Int64 : ScalarType.Float32))]);
        }
        Assert.Contains("I64", Assert.Throws<ModelException>(() => CausalLm.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_weights_are_the_model()
    {
        using var frozen = no_grad();
        using var model = CausalLm.Load(_folder);
        var place = Directory.CreateDirectory(Path.Combine(_folder, "saved")).FullName;

        ModelWriter.WriteWeights(model, place, ScalarType.Float32);

        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")), File.ReadAllBytes(Path.Combine(place, "model.safetensors")));
    }

    [Fact]
    public void A_new_model_depends_on_its_seed_alone_and_starts_as_asked()
    {
        using var scope = NewDisposeScope();
        var config = ModelConfig.Load(_folder) with { VocabSize = 600, HiddenSize = 64, Layers = 4, InitializerRange = 0.02 };
        using var first = CausalLm.Create(config, seed: 3);
        rand(3);
        using var same = CausalLm.Create(config, seed: 3);

        foreach (var ((name, a), (_, b)) in first.NamedParameters.Zip(same.NamedParameters))
            Assert.True(Difference.Max(a, b) == 0, name);
        Assert.Equal(0.02, Spread("model.embed_tokens.weight"), 0.001);
        Assert.Equal(0.02 / Math.Sqrt(8), Spread("model.layers.1.self_attn.o_proj.weight"), 0.001);
        Assert.Equal(1, first.NamedParameters.Single(p => p.Name == "model.norm.weight").Tensor.min().item<float>());

        double Spread(string name) => first.NamedParameters.Single(p => p.Name == name).Tensor.std().item<float>();
    }

    [Fact]
    public void Two_heads_in_one_file_are_fine_when_one_is_the_embedding()
    {
        using (var model = CausalLm.Load(_folder))
        {
            SafetensorsWriter.Write(
                Path.Combine(_folder, "model.safetensors"),
                [.. model.NamedParameters.Select(p => TensorBytes.ToWrite(p.Name, p.Tensor, ScalarType.Float32)), TensorBytes.ToWrite("lm_head.weight", model.NamedParameters[0].Tensor, ScalarType.Float32)]);
        }
        using var again = CausalLm.Load(_folder);
        Assert.True(again.Config.TieWordEmbeddings);
    }

    private void Change(Action<JsonObject> change)
    {
        var path = Path.Combine(_folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }
}

using System.Text.Json.Nodes;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class ModelCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Accepts_a_sound_model_and_takes_the_files_that_matter()
    {
        TinyModel.Write(_folder.At("model"));
        foreach (var name in (string[])["README.md", "LICENSE", ".hidden", "pytorch_model.bin", "training_args.bin", "sub/other.json"])
        {
            _folder.Write("model/" + name, "x");
        }

        var faults = new FaultList();
        var folder = ModelFolder.Read(_folder.At("model"), faults);
        var facts = ModelCheck.Check(folder, faults);

        Assert.Empty(faults.Faults);
        Assert.Equal(
            ["LICENSE", "README.md", "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json"], folder.Files.Select(file => file.Name));
        Assert.Equal(696, facts!.Parameters);
    }

    [Fact]
    public void Says_that_there_is_no_such_folder() => Expect("model_missing", "there is no folder", prepare: false);

    [Fact]
    public void Names_the_file_that_the_index_names_and_the_folder_lacks()
    {
        TinyModel.Write(_folder.At("model"));
        File.Move(_folder.At("model", "model.safetensors"), _folder.At("model", "model-00001-of-00002.safetensors"));
        _folder.Write(
            "model/model.safetensors.index.json",
            """{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}""");

        Expect("model_incomplete", "names model-00002-of-00002.safetensors", prepare: false);
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../secret.safetensors"}}""")]
    [InlineData("""{"weight_map": {}}""")]
    [InlineData("""{"weight_map": 3}""")]
    [InlineData("""{"weights": {}}""")]
    [InlineData("not json")]
    public void Refuses_an_index_that_cannot_be_one(string index)
    {
        TinyModel.Write(_folder.At("model"));
        File.Delete(_folder.At("model", "model.safetensors"));
        _folder.Write("model/model.safetensors.index.json", index);

        Expect("model_index", "model.safetensors.index.json", prepare: false);
    }

    [Fact]
    public void Says_what_to_do_with_pickled_weights()
    {
        TinyModel.Write(_folder.At("model"));
        File.Move(_folder.At("model", "model.safetensors"), _folder.At("model", "pytorch_model.bin"));

        Expect("model_incomplete", "only pytorch_model.bin; save the model as safetensors", prepare: false);
    }

    [Fact]
    public void Refuses_a_link_out_of_the_folder()
    {
        TinyModel.Write(_folder.At("model"));
        _folder.Write("secret", "password");
        File.CreateSymbolicLink(_folder.At("model", "README.md"), _folder.At("secret"));

        Expect("model_link", "lies outside of the model's folder", prepare: false);
    }

    [Fact]
    public void Follows_the_links_of_a_hugging_face_cache()
    {
        TinyModel.Write(_folder.At("hub", "blobs"));
        Directory.CreateDirectory(_folder.At("hub", "snapshots", "abc"));
        foreach (var file in Directory.EnumerateFiles(_folder.At("hub", "blobs")))
        {
            File.CreateSymbolicLink(_folder.At("hub", "snapshots", "abc", Path.GetFileName(file)), "../../blobs/" + Path.GetFileName(file));
        }

        var faults = new FaultList();
        Assert.NotNull(ModelCheck.Check(ModelFolder.Read(_folder.At("hub", "snapshots", "abc"), faults), faults));
        Assert.Empty(faults.Faults);
    }

    [Fact]
    public void Refuses_an_empty_file()
    {
        TinyModel.Write(_folder.At("model"));
        _folder.Write("model/tokenizer.json", "");

        Expect("model_incomplete", "tokenizer.json is empty", prepare: false);
    }

    [Fact]
    public void Lists_what_is_supported_when_the_architecture_is_not() =>
        Expect("model_architecture", "'gpt2' is not supported; supported are llama, mistral, qwen2, qwen3", config => config["model_type"] = "gpt2");

    [Fact]
    public void Refuses_quantised_weights() => Expect("model_config", "quantised", config => config["quantization_config"] = new JsonObject());

    [Fact]
    public void Names_the_keys_that_a_configuration_lacks() => Expect("model_config", "intermediate_size, num_hidden_layers", config =>
    {
        config.Remove("intermediate_size");
        config["num_hidden_layers"] = -1;
    });

    [Fact]
    public void Refuses_a_configuration_that_contradicts_the_weights() =>
        Expect("model_contradiction", "mlp.gate_proj.weight has the shape [16, 8] instead of [32, 8]", config => config["intermediate_size"] = 32);

    [Fact]
    public void Refuses_weights_that_lack_a_layer() =>
        Expect("model_contradiction", "model.layers.1.input_layernorm.weight is missing", config => config["num_hidden_layers"] = 2);

    [Fact]
    public void Ends_soon_on_a_configuration_of_a_billion_layers() =>
        Expect("model_contradiction", "and more", config => config["num_hidden_layers"] = 1_000_000_000);

    [Fact]
    public void Refuses_a_tokenizer_with_ids_beyond_the_embedding()
    {
        TinyModel.Write(_folder.At("model"));
        _folder.Write("model/tokenizer.json", """{"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": 12, "content": "<|new|>"}]}""");

        Expect("model_tokenizer", "the token '<|new|>' the id 12, but the embedding of config.json has 12 rows", prepare: false);
    }

    [Fact]
    public void Refuses_truncated_weights()
    {
        TinyModel.Write(_folder.At("model"));
        using (var file = File.OpenWrite(_folder.At("model", "model.safetensors")))
        {
            file.SetLength(file.Length - 100);
        }

        Expect("model_weights", "model.safetensors", prepare: false);
    }

    public void Dispose() => _folder.Dispose();

    private void Expect(string code, string part, Action<JsonObject>? change = null, bool prepare = true)
    {
        if (prepare)
        {
            var config = TinyModel.Config();
            change?.Invoke(config);
            TinyModel.Write(_folder.At("model"), config);
        }

        var faults = new FaultList();
        Assert.Null(ModelCheck.Check(ModelFolder.Read(_folder.At("model"), faults), faults));
        var fault = Assert.Single(faults.Faults);
        Assert.Equal(code, fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }
}

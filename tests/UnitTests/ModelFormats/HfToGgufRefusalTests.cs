using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Each bad folder gets a message that says what to change, and leaves no file.</summary>
public sealed class HfToGgufRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("architectures", """["GemmaForCausalLM"]""", "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM")]
    [InlineData("architectures", "[]", "architecture is missing")]
    [InlineData("num_hidden_layers", "3", "the weights have layer 3")]
    [InlineData("num_hidden_layers", "5", "no 'model.layers.4.input_layernorm.weight'")]
    [InlineData("hidden_size", "256", "shape")]
    [InlineData("head_dim", "64", "shape")]
    [InlineData("num_attention_heads", "3", "not a multiple")]
    [InlineData("num_key_value_heads", "0", "whole number from 1")]
    [InlineData("vocab_size", "2040", "shape")]
    [InlineData("vocab_size", "\"x\"", "whole number")]
    [InlineData("tie_word_embeddings", "false", "lm_head.weight")]
    [InlineData("hidden_act", "\"gelu\"", "only silu")]
    [InlineData("rms_norm_eps", "\"x\"", "must be a number")]
    [InlineData("rope_parameters", """{"rope_type":"longrope"}""", "'longrope' is not supported")]
    [InlineData("quantization_config", """{"quant_method":"awq"}""", "quantised already")]
    [InlineData("attention_bias", "true", "self_attn.q_proj.bias")]
    public void Refuses_a_config_that_contradicts_the_weights(string key, string value, string expected)
    {
        var folder = Folder();
        ModelFiles.Edit(folder, "config.json", config => config[key] = JsonNode.Parse(value));

        Refuses(folder, expected);
    }

    [Fact]
    public void Refuses_ids_beyond_the_embedding()
    {
        var folder = Folder();
        ModelFiles.Edit(folder, "tokenizer.json", tokenizer =>
            tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":2048,"content":"<new>","special":true}""")));

        Refuses(folder, "'<new>' has the id 2048");
    }

    [Fact]
    public void Refuses_an_unknown_splitting_rule()
    {
        var folder = Folder();
        ModelFiles.Edit(folder, "tokenizer.json", tokenizer => tokenizer["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"\s+|\S+");

        Refuses(folder, @"split \s+|\S+");
    }

    [Theory]
    [InlineData("tokenizer.json", "missing")]
    [InlineData("config.json", "missing")]
    [InlineData("model.safetensors", "neither")]
    public void Says_which_file_is_missing(string file, string expected)
    {
        var folder = Folder();
        File.Delete(Path.Combine(folder, file));

        Refuses(folder, expected);
    }

    [Theory]
    [InlineData("config.json", "{", "line 1")]
    [InlineData("config.json", "[]", "not a JSON object")]
    [InlineData("config.json", "{\"a\":\"\\ud800\"}", "surrogate")]
    [InlineData("tokenizer.json", "{\n\"model\": tru }", "line 2")]
    [InlineData("tokenizer.json", """{"model":{"type":"Unigram"}}""", "Unigram")]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE","vocab":{"a":-1}}}""", "no valid id")]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE","vocab":{"a":1},"merges":[3]}}""", "merge 0")]
    [InlineData("tokenizer_config.json", "3", "not a JSON object")]
    public void Says_where_a_file_is_wrong(string file, string text, string expected)
    {
        var folder = Folder();
        File.WriteAllText(Path.Combine(folder, file), text);

        Refuses(folder, expected);
    }

    [Fact]
    public void Refuses_a_damaged_SentencePiece_file()
    {
        var folder = ModelFiles.Copy("tiny-llama2", _folder.At("llama"));
        var path = Path.Combine(folder, "tokenizer.model");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        Refuses(folder, "damaged");

        File.WriteAllBytes(path, []);
        Refuses(folder, "no pieces");
    }

    [Fact]
    public void Refuses_a_tensor_that_does_not_belong_to_the_model()
    {
        var folder = Folder();
        ModelFiles.EditWeights(folder, tensors => [.. tensors, ModelFiles.Zeros("model.layers.0.self_attn.q_proj.lora_A.weight", 8, 128)]);

        Refuses(folder, "merge the adapter");
    }

    private string Folder() => ModelFiles.Copy("merged-qwen3", _folder.At("qwen3"));

    private void Refuses(string folder, string expected)
    {
        var output = _folder.At("out.gguf");

        var error = Assert.Throws<InvalidModelFileException>(() => HfToGguf.Convert(folder, output, GgufType.F16, null, CancellationToken.None));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, Assert.Throws<InvalidModelFileException>(() => HfToGguf.Preflight(folder, GgufType.F16)).Message);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}

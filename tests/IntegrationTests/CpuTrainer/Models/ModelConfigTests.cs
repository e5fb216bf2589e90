using System.Text.Json.Nodes;
using FineTunePipeline.CpuTrainer.Models;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Models;

public sealed class ModelConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetune-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Both_generations_of_transformers_are_read_alike()
    {
        var fourth = Read(c =>
        {
            c["rope_theta"] = 500000.0;
            c["torch_dtype"] = "bfloat16";
            c["rope_scaling"] = JsonNode.Parse("""{"type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}""");
        });
        var fifth = Read(c =>
        {
            c["dtype"] = "bfloat16";
            c["rope_parameters"] = JsonNode.Parse(
                """{"rope_theta": 500000.0, "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}""");
        });

        Assert.Equal(fifth with { EosTokenIds = [] }, fourth with { EosTokenIds = [] });
        Assert.Equal(500000, fourth.RopeTheta);
        Assert.Equal(new RopeScaling(RopeKind.Llama3, 8, 1, 4, 8192), fourth.RopeScaling);
        Assert.Equal("bfloat16", fourth.DataType);
    }

    [Fact]
    public void What_the_file_leaves_out_follows_from_the_rest()
    {
        var config = Read(_ => { });
        Assert.Equal((4, 16, false), (config.KvHeads, config.HeadDim, config.TieWordEmbeddings));
        Assert.Equal([2], config.EosTokenIds);
    }

    [Fact]
    public void Several_end_tokens_are_all_read() => Assert.Equal([7, 9], Read(c => c["eos_token_id"] = new JsonArray(7, 9)).EosTokenIds);

    [Fact]
    public void Qwen_2_uses_its_window_only_when_told_to_and_only_in_upper_layers()
    {
        var off = Qwen2(c => c["sliding_window"] = 4096);
        Assert.Null(off.SlidingWindow);
        var on = Qwen2(c =>
        {
            c["sliding_window"] = 4096;
            c["use_sliding_window"] = true;
            c["max_window_layers"] = 1;
        });
        Assert.Equal((null, 4096), (on.WindowOf(0), on.WindowOf(1)));

        ModelConfig Qwen2(Action<JsonObject> change) => Read(c =>
        {
            c["model_type"] = "qwen2";
            c["architectures"] = new JsonArray("Qwen2ForCausalLM");
            change(c);
        });
    }

    [Fact]
    public void An_unsupported_architecture_is_refused_with_the_list_of_supported_ones()
    {
        var error = Refused(c =>
        {
            c["model_type"] = "gpt2";
            c["architectures"] = new JsonArray("GPT2LMHeadModel");
        });
        foreach (var name in (string[])["GPT2LMHeadModel", "LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"])
            Assert.Contains(name, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size", "0", "hidden_size")]
    [InlineData("hidden_size", "\"64\"", "hidden_size")]
    [InlineData("hidden_size", "1e300", "hidden_size")]
    [InlineData("vocab_size", "-1", "vocab_size")]
    [InlineData("num_hidden_layers", "null", "num_hidden_layers")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads")]
    [InlineData("head_dim", "7", "head_dim")]
    [InlineData("hidden_act", "\"gelu\"", "gelu")]
    [InlineData("quantization_config", "{\"bits\": 4}", "quantised")]
    [InlineData("rope_scaling", "{\"rope_type\": \"yarn\", \"factor\": 4}", "yarn")]
    [InlineData("rope_scaling", "{\"rope_type\": \"linear\"}", "factor")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("rms_norm_eps", "0", "rms_norm_eps")]
    [InlineData("tie_word_embeddings", "\"yes\"", "tie_word_embeddings")]
    public void A_value_that_cannot_be_used_is_named(string key, string value, string named) =>
        Assert.Contains(named, Refused(c => c[key] = JsonNode.Parse(value)), StringComparison.Ordinal);

    [Fact]
    public void Broken_JSON_is_refused_with_its_line()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{\n \"model_type\": \"llama\",\n oops");
        Assert.Contains("line 3", Assert.Throws<ModelException>(() => ModelConfig.Load(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "config.json"), "[1]");
        Assert.Throws<ModelException>(() => ModelConfig.Load(_folder));
    }

    [Fact]
    public void A_folder_without_a_configuration_or_no_folder_at_all_is_refused()
    {
        Assert.Contains("config.json", Assert.Throws<ModelException>(() => ModelConfig.Load(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<ModelException>(() => ModelConfig.Load(_folder + "x")).Message, StringComparison.Ordinal);
    }

    private string Refused(Action<JsonObject> change) => Assert.Throws<ModelException>(() => Read(change)).Message;

    private ModelConfig Read(Action<JsonObject> change)
    {
        var config = JsonNode.Parse("""
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 100, "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 2, "num_attention_heads": 4, "eos_token_id": 2, "hidden_act": "silu"}
            """)!.AsObject();
        change(config);
        File.WriteAllText(Path.Combine(_folder, "config.json"), config.ToJsonString());
        return ModelConfig.Load(_folder);
    }
}

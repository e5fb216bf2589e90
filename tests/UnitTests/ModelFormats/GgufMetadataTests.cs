using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Metadata of converted folders whose small files a test changed; the expected values are those of the reference converter.</summary>
public sealed class GgufMetadataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public GgufMetadataTests() => _model = ModelFiles.Copy("merged-qwen3", _folder.At("Qwen3-0.8M-Instruct"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"type":"ByteLevel","use_regex":true}""", "gpt-2")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","use_regex":true}]}""", "smollm")]
    [InlineData("""
        {"type":"Sequence","pretokenizers":[{"type":"Split","behavior":"Isolated","invert":false,"pattern":{"Regex":
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
        {"type":"ByteLevel","use_regex":false}]}
        """, "llama-bpe")]
    public void Names_the_splitting_rule(string preTokenizer, string expected)
    {
        ModelFiles.Edit(_model, "tokenizer.json", tokenizer => tokenizer["pre_tokenizer"] = JsonNode.Parse(preTokenizer));

        Assert.Equal(expected, Convert().Metadata["tokenizer.ggml.pre"].AsText());
    }

    [Fact]
    public void Reads_who_the_model_is_from_its_card_and_its_folder()
    {
        File.WriteAllText(Path.Combine(_model, "README.md"), """
            ---
            license: apache-2.0
            language:
            - en
            - "zh"  
            tags: [chat, 'small']
            pipeline_tag: text-generation
            base_model: Qwen/Qwen3-0.6B
            model-index:
            - name: passed over
            ---
            # Title
            """);

        var metadata = Convert().Metadata;

        Assert.Equal("Qwen3 0.8M Instruct", metadata["general.name"].AsText());
        Assert.Equal("Instruct", metadata["general.finetune"].AsText());
        Assert.Equal("Qwen3", metadata["general.basename"].AsText());
        Assert.Equal("0.8M", metadata["general.size_label"].AsText());
        Assert.Equal("apache-2.0", metadata["general.license"].AsText());
        Assert.Equal(["en", "zh"], metadata["general.languages"].AsTexts());
        Assert.Equal(["chat", "small", "text-generation"], metadata["general.tags"].AsTexts());
        Assert.Equal("https://huggingface.co/Qwen/Qwen3-0.6B", metadata["general.base_model.0.repo_url"].AsText());
        Assert.Equal("Qwen", metadata["general.base_model.0.organization"].AsText());
    }

    [Fact]
    public void Reads_sampling_and_scaled_positions()
    {
        ModelFiles.Edit(_model, "generation_config.json", config => config["temperature"] = 0.7);
        ModelFiles.Edit(_model, "config.json", config => config["rope_parameters"] = JsonNode.Parse(
            """{"rope_type":"yarn","rope_theta":10000,"factor":4,"original_max_position_embeddings":512}"""));

        var metadata = Convert().Metadata;

        Assert.Equal(0.7f, metadata["general.sampling.temp"].Value);
        Assert.Equal("yarn", metadata["qwen3.rope.scaling.type"].AsText());
        Assert.Equal(4f, metadata["qwen3.rope.scaling.factor"].Value);
        Assert.Equal(512, metadata["qwen3.rope.scaling.original_context_length"].AsInteger());
    }

    [Fact]
    public void Adds_the_token_that_the_post_processor_puts_before_each_text()
    {
        ModelFiles.Edit(_model, "tokenizer.json", tokenizer => tokenizer["post_processor"] = JsonNode.Parse(
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|im_start|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[]}"""));
        ModelFiles.Edit(_model, "tokenizer_config.json", config => config["bos_token"] = "<|im_start|>");

        var metadata = Convert().Metadata;

        Assert.Equal(2040, metadata["tokenizer.ggml.bos_token_id"].AsInteger());
        Assert.Equal(true, metadata["tokenizer.ggml.add_bos_token"].Value);
    }

    [Fact]
    public void Takes_the_chat_template_from_either_place()
    {
        Assert.Contains("<|im_start|>", Convert().Metadata["tokenizer.chat_template"].AsText(), StringComparison.Ordinal);
        ModelFiles.Edit(_model, "tokenizer_config.json", config => config["chat_template"] = JsonNode.Parse(
            """[{"name":"default","template":"D"},{"name":"tool use","template":"T"}]"""));

        var metadata = Convert().Metadata;

        Assert.Equal("D", metadata["tokenizer.chat_template"].AsText());
        Assert.Equal("T", metadata["tokenizer.chat_template.tool_use"].AsText());
        Assert.Equal(["tool_use"], metadata["tokenizer.chat_templates"].AsTexts());
    }

    private GgufFile Convert()
    {
        var output = _folder.At("out.gguf");
        HfToGguf.Convert(_model, output, GgufType.Q8_0, null, CancellationToken.None);
        return GgufFile.Open(output);
    }
}

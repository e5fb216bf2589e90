using System.Buffers.Binary;
using System.Text.Json;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

/// <summary>The weights in models/demo-base take eight minutes to make; what surrounds them is made again and compared.</summary>
public sealed class CommittedModelTests
{
    private static readonly PretrainOptions Recipe = new() { Output = "out" };

    [Fact]
    public void Has_the_tokenizer_that_the_corpus_gives()
    {
        var vocabulary = BpeTrainer.Train(TokenizerCorpus.Texts(Recipe.TokenizerSamples), Recipe.VocabularySize);
        Assert.Equal(TokenizerFiles.TokenizerJson(vocabulary), Read("tokenizer.json"));
    }

    [Fact]
    public void Encodes_its_corpus_as_Hugging_Face_does()
    {
        using var tokenizer = JsonDocument.Parse(Read("tokenizer.json"));
        var model = tokenizer.RootElement.GetProperty("model");
        var tokens = model.GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name);
        var merges = model.GetProperty("merges").EnumerateArray().Select(merge => (merge[0].GetString()!, merge[1].GetString()!));
        var ours = new BpeTokenizer(new BpeVocabulary([.. tokens], [.. merges]));

        using var goldens = JsonDocument.Parse(File.ReadAllText(EnginePath.TestData("demo-tokenizer", "ids.json")));
        Assert.All(goldens.RootElement.EnumerateArray(), golden => Assert.Equal(
            golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()),
            ours.Encode(golden.GetProperty("text").GetString()!)));
    }

    [Fact]
    public void Has_the_chat_template_that_it_was_trained_with()
    {
        Assert.Equal(TokenizerFiles.ChatTemplate, Read("chat_template.jinja"));
        Assert.Equal(TokenizerFiles.GenerationConfig(), Read("generation_config.json"));
        Assert.Equal(TokenizerFiles.TokenizerConfig(512), Read("tokenizer_config.json"));
    }

    [Fact]
    public void Is_small_and_has_the_weights_that_its_config_describes()
    {
        using var config = JsonDocument.Parse(Read("config.json"));
        int Setting(string name) => config.RootElement.GetProperty(name).GetInt32();
        using var weights = JsonDocument.Parse(WeightsHeader(out var bytes));
        var tensors = weights.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToList();

        Assert.InRange(bytes, 1, 8_000_000);
        Assert.All(tensors, tensor => Assert.Equal("BF16", tensor.Value.GetProperty("dtype").GetString()));
        Assert.Equal(2 + (9 * Setting("num_hidden_layers")), tensors.Count);
        var embedding = weights.RootElement.GetProperty("model.embed_tokens.weight").GetProperty("shape");
        Assert.Equal([Setting("vocab_size"), Setting("hidden_size")], embedding.EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal(Recipe.VocabularySize, Setting("vocab_size"));
    }

    [Fact]
    public void Has_rows_that_k_quants_can_cut_into_blocks_of_256()
    {
        using var weights = JsonDocument.Parse(WeightsHeader(out _));
        var rows = weights.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__")
            .Select(entry => entry.Value.GetProperty("shape")).Where(shape => shape.GetArrayLength() == 2).Select(shape => shape[1].GetInt32());
        Assert.All(rows, length => Assert.Equal(0, length % 256));
    }

    [Fact]
    public void Comes_with_a_card_and_a_licence()
    {
        Assert.Contains("toy", Read("README.md"));
        Assert.NotEmpty(Read("LICENSE"));
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(EnginePath.RepositoryRoot(), "models", "demo-base", name));

    private static byte[] WeightsHeader(out long bytes)
    {
        using var file = File.OpenRead(Path.Combine(EnginePath.RepositoryRoot(), "models", "demo-base", "model.safetensors"));
        bytes = file.Length;
        var length = new byte[8];
        file.ReadExactly(length);
        var header = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(header);
        return header;
    }
}

using Xunit;
using FineTunePipeline.ModelFormats.Gguf.Conversion;

namespace FineTunePipeline.UnitTests.ModelFormats;

/// <summary>Expected values are those of the reference heuristic.</summary>
public sealed class ModelNameTests
{
    [Theory]
    [InlineData("Qwen2.5-0.5B-Instruct", 494_000_000, null, "Qwen2.5", "Instruct", null, "0.5B")]
    [InlineData("mistralai/Mistral-7B-Instruct-v0.3", 7_248_000_000, "mistralai", "Mistral", "Instruct", "v0.3", "7B")]
    [InlineData("Llama-3.2-1B", 1_236_000_000, null, "Llama-3.2", null, null, "1B")]
    [InlineData("my_tune-v0.2-64k", 100_000, null, "my_tune-v0.2", null, null, "64K")]
    [InlineData("my_tune-v0.2-64k", 7_000_000_000, null, "my_tune-v0.2", "64k", null, null)]
    [InlineData("bloom-7b1", 7_100_000_000, null, "bloom", null, null, "7.1B")]
    [InlineData("merged", 1000, null, null, null, null, null)]
    [InlineData("A plain sentence-7B", 1000, null, null, null, null, null)]
    public void Reads_what_a_name_says(string id, long parameters, string? organization, string? baseName, string? fineTune, string? version, string? size)
    {
        var name = ModelName.Parse(id, parameters);

        Assert.Equal((organization, baseName, fineTune, version, size), (name.Organization, name.BaseName, name.FineTune, name.Version, name.SizeLabel));
    }

    [Theory]
    [InlineData("tiny-qwen3", "Tiny Qwen3")]
    [InlineData("qwen2.5-7b v1.5", "Qwen2.5 7b v1.5")]
    [InlineData("a1b", "A1B")]
    [InlineData("LLaMA-chat", "LLaMA Chat")]
    public void Writes_names_as_titles(string name, string expected) => Assert.Equal(expected, ModelName.Title(name));

    [Theory]
    [InlineData(853_376, "853K")]
    [InlineData(2_887_936, "2.9M")]
    [InlineData(494_032_768, "494M")]
    [InlineData(7_248_023_552, "7.2B")]
    [InlineData(13_015_864_320, "13B")]
    [InlineData(999, "1.0K")]
    public void Labels_sizes(long parameters, string expected) => Assert.Equal(expected, SizeLabel.For(parameters));
}

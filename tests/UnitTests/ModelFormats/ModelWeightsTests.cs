using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class ModelWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelWeightsTests()
    {
        Write("one.safetensors", "a");
        Write("two.safetensors", "b", "c");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_shards_as_one_model()
    {
        Index("""{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors"}""");

        using var weights = ModelWeights.OpenFolder(_folder.Path);

        Assert.Equal(["a", "b", "c"], weights.Keys.Order());
        Assert.Equal(2, weights.Files.Count);
        Assert.Equal(1, weights.Bytes(weights["c"])[0]);
        Assert.False(weights.TryGetValue("d", out _));
        Assert.Throws<InvalidModelFileException>(() => weights["d"]);
    }

    [Theory]
    [InlineData("""{"a":"one.safetensors","b":"two.safetensors","c":"three.safetensors"}""", "three.safetensors", "missing")]
    [InlineData("""{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors","d":"two.safetensors"}""", "two.safetensors", "'d'")]
    [InlineData("""{"a":"two.safetensors","b":"two.safetensors","c":"one.safetensors"}""", "two.safetensors", "'a'")]
    [InlineData("""{"a":"one.safetensors","b":"two.safetensors"}""", "two.safetensors", "'c' is not listed")]
    [InlineData("""{"a":"../one.safetensors"}""", "index.json", "not a safetensors file of this folder")]
    [InlineData("""{"a":"one.bin"}""", "index.json", "not a safetensors file of this folder")]
    [InlineData("""{"a":1}""", "index.json", "not a file name")]
    [InlineData("{}", "index.json", "empty")]
    [InlineData("[]", "index.json", "weight_map")]
    public void Refuses_an_index_that_contradicts_the_shards(string map, string file, string expected)
    {
        Index(map);

        var error = Assert.Throws<InvalidModelFileException>(() => ModelWeights.OpenFolder(_folder.Path));

        Assert.Contains(file, error.Path, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_tensor_that_two_shards_have()
    {
        Write("three.safetensors", "a");
        Index("""{"a":"one.safetensors","b":"two.safetensors","c":"two.safetensors","x":"three.safetensors"}""");

        Assert.Contains("also in", Assert.Throws<InvalidModelFileException>(() => ModelWeights.OpenFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_is_missing_in_a_folder_without_weights()
    {
        Assert.Contains("neither", Assert.Throws<InvalidModelFileException>(() => ModelWeights.OpenFolder(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no such model folder", Assert.Throws<InvalidModelFileException>(() => ModelWeights.OpenFolder(_folder.At("nowhere"))).Message,
            StringComparison.Ordinal);
        _folder.Write("pytorch_model.bin", "");
        Assert.Contains(".bin", Assert.Throws<InvalidModelFileException>(() => ModelWeights.OpenFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private void Index(string map) => _folder.Write("model.safetensors.index.json", $$"""{"metadata":{},"weight_map":{{map}}}""");

    private void Write(string file, params string[] names) =>
        SafetensorsWriter.Write(_folder.At(file), [.. names.Select(name => TensorToWrite.FromMemory(name, TensorType.U8, [1], new byte[] { 1 }))]);
}

using Xunit;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "hole of 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole of 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "1 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "outside of the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "outside of the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, "F8_E4M3")]
    [InlineData("""{"a":{"dtype":7,"shape":[4],"data_offsets":[0,4]}}""", 4, "needs dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "occurs twice")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "__metadata__")]
    [InlineData("""["a"]""", 0, "not a JSON object")]
    [InlineData("""{"a":""", 0, "not JSON")]
    [InlineData("""{} {}""", 0, "after the JSON object")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "Unicode")]
    public void Refuses_a_header_that_breaks_a_rule(string header, int dataBytes, string expected)
    {
        var path = ModelFiles.WriteSafetensors(_folder.At("x.safetensors"), header, dataBytes);

        var error = Assert.Throws<InvalidModelFileException>(() => SafetensorsFile.Open(path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "only 0 bytes")]
    [InlineData(new byte[] { 1, 2, 3 }, "only 3 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 0 }, "claims 18446744073709551615")]
    [InlineData(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D }, "claims 3 bytes, but at most 2")]
    public void Refuses_a_header_length_that_is_not_possible(byte[] bytes, string expected)
    {
        var path = _folder.At("x.safetensors");
        File.WriteAllBytes(path, bytes);

        Assert.Contains(expected, Assert.Throws<InvalidModelFileException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_real_file_that_is_cut_off()
    {
        var path = _folder.At("model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(ModelFiles.Data("merged-qwen3", "model.safetensors"))[..1_000_000]);

        Assert.Contains("cut off", Assert.Throws<InvalidModelFileException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_file_of_the_reference_library()
    {
        using var file = SafetensorsFile.Open(ModelFiles.Data("merged-qwen3", "model.safetensors"));

        var embedding = file.Tensors["model.embed_tokens.weight"];
        Assert.Equal(46, file.Tensors.Count);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(TensorType.BF16, embedding.Type);
        Assert.Equal([2048L, 128L], embedding.Shape);
        Assert.Equal(2048 * 128, embedding.ElementCount);
        Assert.Equal(file.Bytes(embedding)[1000..1010], file.Bytes(embedding, 1000, 10));
    }

    [Fact]
    public void Reads_an_empty_model_and_empty_tensors()
    {
        using var none = SafetensorsFile.Open(ModelFiles.WriteSafetensors(_folder.At("none"), "{}", 0));
        using var empty = SafetensorsFile.Open(ModelFiles.WriteSafetensors(
            _folder.At("empty"), """{"a":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},"b":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}  """, 1));

        Assert.Empty(none.Tensors);
        Assert.Equal(0, empty.Bytes(empty.Tensors["a"]).Length);
        Assert.Equal(1, empty.Tensors["b"].ElementCount);
    }

    [Fact]
    public void Does_not_follow_a_piece_or_an_entry_out_of_the_tensor()
    {
        using var file = SafetensorsFile.Open(ModelFiles.Data("merged-qwen3", "model.safetensors"));
        var norm = file.Tensors["model.norm.weight"];

        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(norm, 200, 57).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Bytes(norm, -1, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(norm, 200, new byte[57]));
        Assert.Throws<ArgumentException>(() => file.Bytes(norm with { Offset = 1L << 40 }).Length);
    }

    [Fact]
    public void Cannot_be_read_after_it_was_closed()
    {
        var file = SafetensorsFile.Open(ModelFiles.Data("merged-qwen3", "model.safetensors"));
        var norm = file.Tensors["model.norm.weight"];
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Bytes(norm).Length);
    }
}

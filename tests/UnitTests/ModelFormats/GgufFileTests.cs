using System.Text;
using FineTunePipeline.ModelFormats;
using FineTunePipeline.ModelFormats.Gguf;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_a_file_of_the_reference_converter()
    {
        var file = GgufFile.Open(ModelFiles.Data("merged-qwen3-f16.gguf"));

        Assert.Equal("qwen3", file.Architecture);
        Assert.Equal(24, file.Metadata.Count);
        Assert.Equal(4, file.Metadata["qwen3.block_count"].AsInteger());
        Assert.Equal(1e6, file.Metadata["qwen3.rope.freq_base"].AsNumber());
        Assert.Equal(2048, file.Metadata["tokenizer.ggml.tokens"].AsTexts()!.Count);
        Assert.Equal("qwen2", file.Metadata["tokenizer.ggml.pre"].AsText());
        Assert.Equal("token_embd.weight", file.Tensors[0].Name);
        Assert.Equal([128L, 2048L], file.Tensors[0].Dimensions);
        Assert.Equal(GgmlType.F16, file.Tensors[0].Type);
        Assert.Equal(new FileInfo(file.Path).Length, file.Tensors[^1].Offset + file.Tensors[^1].ByteLength);
    }

    [Fact]
    public void Refuses_every_cut_of_a_real_header()
    {
        var golden = File.ReadAllBytes(ModelFiles.Data("merged-qwen3-f16.gguf"));
        var path = _folder.At("cut.gguf");
        foreach (var length in Enumerable.Range(0, 60).Concat([1000, 100_000, golden.Length - 1]))
        {
            File.WriteAllBytes(path, golden[..length]);
            Assert.Throws<InvalidModelFileException>(() => GgufFile.Open(path));
        }
    }

    [Theory]
    [InlineData("count of tensors", "more than fit")]
    [InlineData("count of metadata", "more than fit")]
    [InlineData("version 1", "version 1")]
    [InlineData("version 9", "version 9")]
    [InlineData("big endian", "big-endian")]
    [InlineData("magic", "not a GGUF file")]
    [InlineData("long key", "claims 9223372036854775807 bytes")]
    [InlineData("value type", "unknown type 99")]
    [InlineData("array type", "unknown type 77")]
    [InlineData("array count", "more than fit")]
    [InlineData("nested arrays", "nested more than 4")]
    [InlineData("bool", "neither true nor false")]
    [InlineData("double key", "occurs twice")]
    [InlineData("alignment", "power of two")]
    [InlineData("dimensions", "dimensions")]
    [InlineData("zero dimension", "dimension of 0")]
    [InlineData("overflow", "larger than the whole file")]
    [InlineData("tensor type", "unknown type 200")]
    [InlineData("blocks", "whole Q8_0 blocks")]
    [InlineData("offset", "instead of 0")]
    [InlineData("double tensor", "occurs twice")]
    [InlineData("no data", "cut off")]
    [InlineData("name", "claims 64 bytes")]
    public void Refuses_a_hostile_header(string fault, string expected)
    {
        var path = _folder.At("x.gguf");
        File.WriteAllBytes(path, Hostile(fault));

        Assert.Contains(expected, Assert.Throws<InvalidModelFileException>(() => GgufFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_builder_of_these_tests_makes_a_file_that_is_read()
    {
        var path = _folder.At("x.gguf");
        File.WriteAllBytes(path, Hostile("nothing"));

        var tensor = Assert.Single(GgufFile.Open(path).Tensors);
        Assert.Equal(4 * 64, tensor.ByteLength);
    }

    [Fact]
    public void Reads_back_what_the_writer_writes()
    {
        var path = _folder.At("x.gguf");
        var metadata = new GgufMetadata();
        metadata.Add("general.architecture", "llama");
        metadata.Add("a", 1u);
        metadata.Add("empty", "");
        metadata.Add("list", ["x", "ü"]);
        metadata.Add("a", 2u);
        metadata.Add("flag", true);
        metadata.Add("floats", [1.5f]);

        var written = GgufWriter.Write(
            path, metadata, [new GgufTensorToWrite("t", GgmlType.F32, [3, 5], (row, rows, bytes) => bytes.Fill((byte)row))], null, CancellationToken.None);

        var file = GgufFile.Open(path);
        Assert.Equal(["general.architecture", "a", "list", "flag", "floats"], file.Metadata.Keys);
        Assert.Equal(2, file.Metadata["a"].AsInteger());
        Assert.Equal(["x", "ü"], file.Metadata["list"].AsTexts());
        Assert.Equal([5L, 3L], file.Tensors[0].Dimensions);
        Assert.Equal(written.Bytes, new FileInfo(path).Length);
        Assert.Equal(written.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
    }

    [Fact]
    public void Leaves_no_file_when_writing_fails_or_is_cancelled()
    {
        var path = _folder.At("x.gguf");
        var failing = new GgufTensorToWrite("t", GgmlType.F32, [1 << 12, 1 << 10], (row, _, _) => throw new IOException("disk full"));
        using var source = new CancellationTokenSource();
        var cancelling = new GgufTensorToWrite("t", GgmlType.F32, [1 << 12, 1 << 10], (row, _, _) => source.Cancel());

        Assert.Equal("disk full",
            Assert.Throws<IOException>(() => GgufWriter.Write(path, new GgufMetadata(), [failing], null, CancellationToken.None)).Message);
        Assert.ThrowsAny<OperationCanceledException>(() => GgufWriter.Write(path, new GgufMetadata(), [cancelling], null, source.Token));

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    /// <summary>A small valid file (one key, one tensor of 64 floats) with one fault.</summary>
    private static byte[] Hostile(string fault)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        void Text(string text)
        {
            writer.Write((ulong)text.Length);
            writer.Write(Encoding.UTF8.GetBytes(text));
        }

        writer.Write(fault == "magic" ? "GGML"u8 : "GGUF"u8);
        writer.Write(fault switch { "version 1" => 1u, "version 9" => 9u, "big endian" => 0x03000000u, _ => 3u });
        writer.Write(fault == "count of tensors" ? 1ul << 60 : fault == "double tensor" ? 2ul : 1ul);
        writer.Write(fault == "count of metadata" ? ulong.MaxValue : fault == "double key" ? 2ul : 1ul);
        WriteEntry(writer, fault, Text);
        if (fault == "double key")
        {
            WriteEntry(writer, fault, Text);
        }

        WriteTensor(writer, fault, Text);
        if (fault == "double tensor")
        {
            WriteTensor(writer, fault, Text);
        }

        while (stream.Length % 32 != 0)
        {
            writer.Write((byte)0);
        }

        writer.Write(new byte[fault == "no data" ? 100 : 4096]);
        return stream.ToArray();
    }

    private static void WriteEntry(BinaryWriter writer, string fault, Action<string> text)
    {
        if (fault == "long key")
        {
            writer.Write((ulong)long.MaxValue);
            return;
        }

        text(fault == "alignment" ? "general.alignment" : "key");
        writer.Write(fault switch { "value type" => 99u, "bool" => 7u, "array type" or "array count" or "nested arrays" => 9u, _ => 4u });
        switch (fault)
        {
            case "bool":
                writer.Write((byte)2);
                break;
            case "array type":
                writer.Write(77u);
                writer.Write(1ul);
                break;
            case "array count":
                writer.Write(8u);
                writer.Write(1ul << 40);
                break;
            case "nested arrays":
                for (var i = 0; i < 10; i++)
                {
                    writer.Write(9u);
                    writer.Write(1ul);
                }

                break;
            default:
                writer.Write(3u);
                break;
        }
    }

    private static void WriteTensor(BinaryWriter writer, string fault, Action<string> text)
    {
        text(fault == "name" ? new string('n', 64) : "t");
        writer.Write(fault == "dimensions" ? 5u : 1u);
        if (fault == "overflow")
        {
            writer.Write((ulong)long.MaxValue);
        }
        else
        {
            writer.Write(fault switch { "zero dimension" => 0ul, "blocks" => 33ul, _ => 64ul });
        }

        writer.Write(fault switch { "tensor type" => 200u, "blocks" => 8u, _ => 0u });
        writer.Write(fault == "offset" ? 64ul : 0ul);
    }
}

using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.ModelFormats;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writes_the_bytes_of_the_reference_library()
    {
        var golden = ModelFiles.Data("merged-qwen3", "model.safetensors");
        using var file = SafetensorsFile.Open(golden);
        var path = _folder.At("model.safetensors");

        SafetensorsWriter.Write(path,
            [.. file.Tensors.Values.Reverse().Select(entry => TensorToWrite.FromMemory(entry.Name, entry.Type, entry.Shape, file.Bytes(entry).ToArray()))]);

        Assert.True(File.ReadAllBytes(golden).AsSpan().SequenceEqual(File.ReadAllBytes(path)));
    }

    [Fact]
    public void Orders_by_type_then_by_name_and_reads_back()
    {
        var path = _folder.At("x.safetensors");

        SafetensorsWriter.Write(
            path,
            [
                TensorToWrite.FromMemory("b", TensorType.U8, [3], new byte[] { 1, 2, 3 }),
                TensorToWrite.FromMemory("z", TensorType.I64, [1], new byte[8]),
                TensorToWrite.FromMemory("ä", TensorType.F32, [], new byte[4]),
                TensorToWrite.FromMemory("a", TensorType.F32, [1], new byte[4]),
            ],
            new Dictionary<string, string> { ["quote"] = "a \"b\" ü" });

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["z", "a", "ä", "b"], file.Tensors.Keys);
        Assert.Equal("a \"b\" ü", file.Metadata["quote"]);
        Assert.Equal(new byte[] { 1, 2, 3 }, file.Bytes(file.Tensors["b"]).ToArray());
        Assert.Equal(0, file.Tensors["z"].Offset % 8);
    }

    [Fact]
    public void Leaves_the_old_file_and_no_other_when_a_tensor_cannot_be_written()
    {
        var path = _folder.Write("x.safetensors", "old");

        Assert.Throws<IOException>(() => SafetensorsWriter.Write(path, [new TensorToWrite("a", TensorType.F32, [1], _ => throw new IOException("disk full"))]));
        Assert.Throws<InvalidOperationException>(() =>
            SafetensorsWriter.Write(path, [new TensorToWrite("a", TensorType.F32, [2], stream => stream.Write(new byte[4]))]));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Refuses_two_tensors_of_one_name()
    {
        var tensor = TensorToWrite.FromMemory("a", TensorType.U8, [1], new byte[1]);

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder.At("x.safetensors"), [tensor, tensor]));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FineTunePipeline.CpuTrainer.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Tensors of a checkpoint's own state, in the safetensors format, bit by bit.</summary>
internal static class StateFile
{
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        var header = new Dictionary<string, object>(StringComparer.Ordinal);
        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = offset + (tensor.numel() * tensor.element_size());
            header[name] = new { dtype = TypeOf(tensor), shape = tensor.shape, data_offsets = new[] { offset, end } };
            offset = end;
        }

        using var file = File.Create(path);
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        file.Write(json);
        foreach (var (_, tensor) in tensors)
        {
            file.Write(tensor.bytes);
        }
    }

    /// <summary>Copies a file's values into tensors of the same names and shapes.</summary>
    /// <exception cref="TrainerException">The file is not ours, damaged, or of another training.</exception>
    public static void Restore(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> length = stackalloc byte[sizeof(long)];
            file.ReadExactly(length);
            var json = new byte[checked((int)BinaryPrimitives.ReadInt64LittleEndian(length))];
            file.ReadExactly(json);
            var start = file.Position;
            using var header = JsonDocument.Parse(json);
            foreach (var (name, tensor) in tensors)
            {
                Restore(file, start, header.RootElement.GetProperty(name), tensor);
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or EndOfStreamException or OverflowException or InvalidDataException)
        {
            throw TrainerException.Value(
                $"{path} does not hold the state of this training ({exception.Message}); training cannot go on from this checkpoint.",
                "Start from its adapter with adapter_name_or_path, or start anew with overwrite_output_dir: true.");
        }
    }

    private static void Restore(FileStream file, long start, JsonElement entry, Tensor tensor)
    {
        if (entry.GetProperty("dtype").GetString() != TypeOf(tensor) || !entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).SequenceEqual(tensor.shape))
        {
            throw new InvalidDataException("a tensor has another type or shape");
        }

        file.Position = start + entry.GetProperty("data_offsets")[0].GetInt64();
        file.ReadExactly(tensor.bytes);
    }

    private static string TypeOf(Tensor tensor) => tensor.dtype switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Byte => "U8",
        var type => throw new ArgumentException($"No state is of type {type}."),
    };
}

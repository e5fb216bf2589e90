using FineTunePipeline.ModelFormats.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Copies between files and tensors, in pieces, because a span ends at 2 GiB.</summary>
internal static class TensorBytes
{
    private const long PieceElements = 1 << 26;

    /// <summary>A tensor of a model's files; the caller owns it (it is in no dispose scope).</summary>
    /// <param name="type">the type to convert to; null = as in the file</param>
    public static unsafe Tensor Read(ModelWeights files, string name, ScalarType? type = null) => Read(files[name], files.Pointer(files[name]), type);

    /// <inheritdoc cref="Read(ModelWeights, string, ScalarType?)"/>
    public static unsafe Tensor Read(SafetensorsFile file, string name, ScalarType? type = null) => Read(file.Tensors[name], file.Pointer(file.Tensors[name]), type);

    private static unsafe Tensor Read(TensorEntry entry, byte* source, ScalarType? type)
    {
        using var scope = NewDisposeScope();
        var raw = empty(entry.Shape.ToArray(), dtype: TypeOf(entry));
        var flat = raw.view(-1);
        for (long at = 0; at < flat.shape[0]; at += PieceElements)
        {
            var piece = flat.slice(0, at, Math.Min(at + PieceElements, flat.shape[0]), 1);
            new ReadOnlySpan<byte>(source + at * raw.element_size(), checked((int)(piece.numel() * raw.element_size()))).CopyTo(piece.bytes);
        }
        return (type is null ? raw : raw.to(type.Value)).DetachFromDisposeScope();
    }

    /// <summary>The tensor as a part of a safetensors file, converted while it is written.</summary>
    public static TensorToWrite ToWrite(string name, Tensor tensor, ScalarType type) =>
        new(name, TypeOf(type), [.. tensor.shape], stream => Write(stream, tensor, type));

    private static void Write(Stream stream, Tensor tensor, ScalarType type)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var flat = tensor.detach().reshape(-1);
        for (long at = 0; at < flat.shape[0]; at += PieceElements)
        {
            using var pieceScope = NewDisposeScope();
            var piece = flat.slice(0, at, Math.Min(at + PieceElements, flat.shape[0]), 1).to(type).contiguous();
            stream.Write(piece.bytes);
        }
    }

    private static ScalarType TypeOf(TensorEntry entry) => entry.Type switch
    {
        TensorType.F32 => ScalarType.Float32,
        TensorType.F16 => ScalarType.Float16,
        TensorType.BF16 => ScalarType.BFloat16,
        TensorType.F64 => ScalarType.Float64,
        TensorType.U8 => ScalarType.Byte,
        TensorType.I64 => ScalarType.Int64,
        _ => throw new ModelException($"Tensor {entry.Name} is of type {entry.Type}, which is no type of weights (F32, F16 or BF16)."),
    };

    private static TensorType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => TensorType.F32,
        ScalarType.Float16 => TensorType.F16,
        ScalarType.BFloat16 => TensorType.BF16,
        ScalarType.Float64 => TensorType.F64,
        ScalarType.Byte => TensorType.U8,
        ScalarType.Int64 => TensorType.I64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not written to safetensors here"),
    };
}

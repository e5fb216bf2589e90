using System.Buffers;
using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>Reads rows of a tensor from its file, reorders them if asked to, and converts them.</summary>
/// <param name="weights">Where the tensor is.</param>
/// <param name="entry">The tensor.</param>
/// <param name="stored">Type in the GGUF file.</param>
/// <param name="heads">0, or the number of heads whose rows are reordered for llama.cpp's rotary order: row (2j + h) of a head comes from its row (h * half +
/// j).</param>
internal sealed class WeightRows(ModelWeights weights, TensorEntry entry, GgmlType stored, int heads)
{
    // A vector is one row in the file, but its elements are what is reordered.
    private readonly long _columns = entry.Shape.Count > 1 ? entry.Shape[^1] : 1;

    /// <summary>A <see cref="GgufRows"/>.</summary>
    public void Write(long firstRow, int rowCount, Span<byte> destination)
    {
        if (entry.Shape.Count == 1)
        {
            (firstRow, rowCount) = (0, checked((int)entry.Shape[0]));
        }

        if (heads == 0 && WeightConversion.SameBytes(entry.Type, stored))
        {
            Read(firstRow, destination);
            return;
        }

        var elements = checked((int)(rowCount * _columns));
        var source = ArrayPool<byte>.Shared.Rent(elements * entry.Type.ByteSize());
        var scratch = ArrayPool<float>.Shared.Rent(elements);
        try
        {
            var bytes = source.AsSpan(0, elements * entry.Type.ByteSize());
            if (heads == 0)
            {
                Read(firstRow, bytes);
            }
            else
            {
                ReadReordered(firstRow, rowCount, bytes);
            }

            WeightConversion.Convert(bytes, entry.Type, destination, stored, scratch.AsSpan(0, elements));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private void ReadReordered(long firstRow, int rowCount, Span<byte> destination)
    {
        var rowBytes = (int)(_columns * entry.Type.ByteSize());
        var headRows = entry.Shape[0] / heads;
        for (var i = 0; i < rowCount; i++)
        {
            var (head, row) = Math.DivRem(firstRow + i, headRows);
            Read(head * headRows + row % 2 * (headRows / 2) + row / 2, destination.Slice(i * rowBytes, rowBytes));
        }
    }

    private void Read(long row, Span<byte> destination) => weights.Read(entry, row * _columns * entry.Type.ByteSize(), destination);
}

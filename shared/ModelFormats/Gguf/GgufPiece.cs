namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Some rows of a tensor with their place in the file; the last piece of a tensor carries the padding behind it.</summary>
/// <param name="Tensor">Whose rows.</param>
/// <param name="FirstRow">From 0.</param>
/// <param name="Rows">How many.</param>
/// <param name="FileOffset">Of the first byte.</param>
/// <param name="Bytes">Of the rows.</param>
/// <param name="PaddedBytes">Of the rows and the zeros behind them.</param>
internal readonly record struct GgufPiece(GgufTensorToWrite Tensor, long FirstRow, int Rows, long FileOffset, int Bytes, int PaddedBytes)
{
    // Large enough to make system calls cheap, small enough to stay in the processor's cache between reading, converting, hashing and writing.
    private const long TargetBytes = 1 << 20;
    private const long MaxRowBytes = 256 << 20;

    public static List<GgufPiece> Cut(IReadOnlyList<GgufTensorToWrite> tensors, long dataStart, long alignment)
    {
        var pieces = new List<GgufPiece>();
        var offset = dataStart;
        foreach (var tensor in tensors)
        {
            if (tensor.RowBytes is <= 0 or > MaxRowBytes)
            {
                throw new ArgumentException($"A row of tensor '{tensor.Name}' has {tensor.RowBytes} bytes; 1 to {MaxRowBytes} are supported", nameof(tensors));
            }

            var end = offset + Pad(tensor.ByteLength, alignment);
            var perPiece = Math.Max(1, TargetBytes / tensor.RowBytes);
            for (long row = 0; row < tensor.RowCount; row += perPiece)
            {
                var rows = (int)Math.Min(perPiece, tensor.RowCount - row);
                var start = offset + row * tensor.RowBytes;
                var bytes = (int)(rows * tensor.RowBytes);
                pieces.Add(new GgufPiece(tensor, row, rows, start, bytes, row + rows == tensor.RowCount ? (int)(end - start) : bytes));
            }

            offset = end;
        }

        return pieces;
    }

    public static long Pad(long bytes, long alignment) => (bytes + alignment - 1) / alignment * alignment;
}

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>A tensor for <see cref="GgufWriter"/>.</summary>
/// <param name="Name">At most 63 bytes.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Outermost dimension first, as in safetensors; the last one is the row and must be whole blocks of the type.</param>
/// <param name="Rows">Produces the bytes.</param>
public sealed record GgufTensorToWrite(string Name, GgmlType Type, IReadOnlyList<long> Shape, GgufRows Rows)
{
    internal long Columns => Shape[^1];

    internal long RowCount => Shape.Take(Shape.Count - 1).Aggregate(1L, (product, size) => checked(product * size));

    internal long RowBytes => Type.ByteLength(Columns);

    internal long ElementCount => checked(RowCount * Columns);

    internal long ByteLength => checked(RowCount * RowBytes);
}

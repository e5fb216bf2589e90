namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>Where one tensor lies in a file.</summary>
/// <param name="Name">As in the file, for example <c>model.layers.0.mlp.up_proj.weight</c>.</param>
/// <param name="Type">Type of each element.</param>
/// <param name="Shape">Outermost dimension first; empty for a scalar.</param>
/// <param name="Offset">Bytes from the start of the file (header included).</param>
/// <param name="ByteLength">Always <see cref="ElementCount"/> times the element size.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>Product of the shape; 1 for a scalar, 0 when a dimension is 0.</summary>
    public long ElementCount => ByteLength / Type.ByteSize();
}

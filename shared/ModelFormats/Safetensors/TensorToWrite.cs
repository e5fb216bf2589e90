namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>A tensor for <see cref="SafetensorsWriter"/>.</summary>
/// <param name="Name">Unique within the file.</param>
/// <param name="Type">Type of each element.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="WriteBytes">Writes exactly shape times element size bytes, row-major, little-endian; called once, in file order, so that not all tensors need
/// to be in memory.</param>
public sealed record TensorToWrite(string Name, TensorType Type, IReadOnlyList<long> Shape, Action<Stream> WriteBytes)
{
    /// <summary>A tensor whose bytes are already in memory.</summary>
    public static TensorToWrite FromMemory(string name, TensorType type, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes) =>
        new(name, type, shape, stream => stream.Write(bytes.Span));

    /// <summary>A tensor copied as it is from an open model.</summary>
    public static TensorToWrite FromModel(ModelWeights model, string name)
    {
        var entry = model[name];
        return new TensorToWrite(name, entry.Type, entry.Shape, stream =>
        {
            const int piece = 1 << 22;
            for (long offset = 0; offset < entry.ByteLength; offset += piece)
            {
                stream.Write(model.Bytes(entry, offset, (int)Math.Min(piece, entry.ByteLength - offset)));
            }
        });
    }
}

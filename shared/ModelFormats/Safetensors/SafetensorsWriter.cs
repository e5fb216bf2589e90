using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>
/// Writes safetensors files with the byte layout of the reference library: tensors by descending element type, then by name; header padded with spaces to 8
/// bytes. The file appears whole or not at all.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly IReadOnlyDictionary<string, string> PyTorch = new Dictionary<string, string> { ["format"] = "pt" };

    /// <param name="path">Replaced if it exists.</param>
    /// <param name="tensors">In any order; names unique.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; <c>format = pt</c> by default, because transformers refuses files without it.</param>
    public static void Write(string path, IReadOnlyList<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.WriteRank()).ThenBy(tensor => Encoding.UTF8.GetBytes(tensor.Name), ByteOrder.Instance)
            .ToList();
        var header = Header(ordered, metadata ?? PyTorch);
        WholeFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                var expected = stream.Position + ByteLength(tensor);
                tensor.WriteBytes(stream);
                if (stream.Position != expected)
                {
                    throw new InvalidOperationException(
                        $"Tensor '{tensor.Name}' wrote {stream.Position - expected + ByteLength(tensor)} bytes instead of {ByteLength(tensor)}");
                }
            }
        });
    }

    private static byte[] Header(List<TensorToWrite> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        // The relaxed encoder leaves non-ASCII text as it is, as the reference library does.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            WriteTensors(json, tensors);
            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static void WriteTensors(Utf8JsonWriter json, List<TensorToWrite> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        long offset = 0;
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"The tensor name '{tensor.Name}' is used twice or reserved", nameof(tensors));
            }

            var end = checked(offset + ByteLength(tensor));
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type.FileName());
            WriteNumbers(json, "shape", tensor.Shape);
            WriteNumbers(json, "data_offsets", [offset, end]);
            json.WriteEndObject();
            offset = end;
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static long ByteLength(TensorToWrite tensor) =>
        tensor.Shape.Aggregate((long)tensor.Type.ByteSize(), (product, dimension) => checked(product * dimension));

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}

using System.Buffers.Binary;
using System.Text;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Metadata for <see cref="GgufWriter"/>, in the order of the first Add of each key; a later Add of the same key replaces its value in place, as in the
/// reference writer. Empty texts and empty arrays are left out, as there.
/// </summary>
public sealed class GgufMetadata
{
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public int Count => _keys.Count;

    public void Add(string key, string value)
    {
        if (value.Length > 0)
        {
            Set(key, GgufValueType.String, stream => WriteText(stream, value));
        }
    }

    public void Add(string key, uint value) => Set(key, GgufValueType.UInt32, stream => WriteUInt32(stream, value));

    public void Add(string key, int value) => Set(key, GgufValueType.Int32, stream => WriteUInt32(stream, (uint)value));

    public void Add(string key, float value) => Set(key, GgufValueType.Float32, stream => WriteUInt32(stream, BitConverter.SingleToUInt32Bits(value)));

    public void Add(string key, bool value) => Set(key, GgufValueType.Bool, stream => stream.WriteByte(value ? (byte)1 : (byte)0));

    public void Add(string key, IReadOnlyList<string> values) => SetArray(key, GgufValueType.String, values, WriteText);

    /// <summary>Texts given as bytes, because a vocabulary may hold pieces of characters.</summary>
    public void Add(string key, IReadOnlyList<byte[]> values) => SetArray(key, GgufValueType.String, values, WriteText);

    public void Add(string key, IReadOnlyList<int> values) => SetArray(key, GgufValueType.Int32, values, (stream, value) => WriteUInt32(stream, (uint)value));

    public void Add(string key, IReadOnlyList<float> values) =>
        SetArray(key, GgufValueType.Float32, values, (stream, value) => WriteUInt32(stream, BitConverter.SingleToUInt32Bits(value)));

    internal void WriteTo(Stream stream)
    {
        foreach (var key in _keys)
        {
            WriteText(stream, key);
            stream.Write(_values[key]);
        }
    }

    internal static void WriteText(Stream stream, string text) => WriteText(stream, Encoding.UTF8.GetBytes(text));

    internal static void WriteUInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    internal static void WriteUInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteText(Stream stream, byte[] text)
    {
        WriteUInt64(stream, (ulong)text.Length);
        stream.Write(text);
    }

    private void SetArray<T>(string key, GgufValueType type, IReadOnlyList<T> values, Action<Stream, T> write)
    {
        if (values.Count == 0)
        {
            return;
        }

        Set(key, GgufValueType.Array, stream =>
        {
            WriteUInt32(stream, (uint)type);
            WriteUInt64(stream, (ulong)values.Count);
            foreach (var value in values)
            {
                write(stream, value);
            }
        });
    }

    private void Set(string key, GgufValueType type, Action<Stream> write)
    {
        using var value = new MemoryStream();
        WriteUInt32(value, (uint)type);
        write(value);
        if (!_values.ContainsKey(key))
        {
            _keys.Add(key);
        }

        _values[key] = value.ToArray();
    }
}

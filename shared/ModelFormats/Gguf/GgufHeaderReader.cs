using System.Buffers.Binary;
using System.Numerics;

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Reads the header of a GGUF file for <see cref="GgufFile"/>.</summary>
internal sealed class GgufHeaderReader
{
    private const long MaxTensors = 1 << 20;
    private const long MaxEntries = 1 << 16;
    private const int MaxDimensions = 4;
    private const int MaxTensorNameBytes = 63; // ggml keeps names in 64 bytes and refuses longer ones
    private const long DefaultAlignment = 32;
    private const long MaxAlignment = 1 << 20;
    private const string AlignmentKey = "general.alignment";

    private readonly GgufBytes _bytes;

    private GgufHeaderReader(GgufBytes bytes) => _bytes = bytes;

    public static GgufFile Read(string path, Stream stream)
    {
        var reader = new GgufHeaderReader(new GgufBytes(path, stream));
        var version = reader.ReadVersion();
        var tensorCount = reader._bytes.Count("tensors", MaxTensors, bytesEach: 24);
        var entryCount = reader._bytes.Count("metadata entries", MaxEntries, bytesEach: 13);
        var metadata = reader.ReadMetadata(entryCount);
        var tensors = reader.ReadTensors(tensorCount, reader.Alignment(metadata));
        return new GgufFile(path, version, metadata, tensors);
    }

    private uint ReadVersion()
    {
        Span<byte> magic = stackalloc byte[4];
        if (_bytes.Left < 24)
        {
            throw _bytes.Invalid($"it has only {_bytes.Left} bytes and cannot be a GGUF file");
        }

        _bytes.Read(magic);
        if (!magic.SequenceEqual("GGUF"u8))
        {
            throw _bytes.Invalid("it does not begin with 'GGUF'; it is not a GGUF file");
        }

        var version = _bytes.UInt32();
        return version switch
        {
            2 or 3 => version,
            1 => throw _bytes.Invalid("it has GGUF version 1, which nothing writes since 2023; convert the model again"),
            _ when BinaryPrimitives.ReverseEndianness(version) is 2 or 3 =>
                throw _bytes.Invalid("it is a big-endian GGUF file; convert the model again without --bigendian"),
            _ => throw _bytes.Invalid($"it has GGUF version {version}; versions 2 and 3 are supported"),
        };
    }

    private Dictionary<string, GgufValue> ReadMetadata(long count)
    {
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            var key = _bytes.Text(ushort.MaxValue);
            var type = (GgufValueType)_bytes.UInt32();
            if (!metadata.TryAdd(key, new GgufValue(type, GgufValueReader.Read(_bytes, type))))
            {
                throw _bytes.Invalid($"the metadata key '{Shorten(key)}' occurs twice");
            }
        }

        return metadata;
    }

    private long Alignment(Dictionary<string, GgufValue> metadata)
    {
        if (!metadata.TryGetValue(AlignmentKey, out var value))
        {
            return DefaultAlignment;
        }

        return value.Value is uint alignment and > 0 and <= (uint)MaxAlignment && BitOperations.IsPow2(alignment)
            ? alignment
            : throw _bytes.Invalid($"its {AlignmentKey} is not a power of two from 1 to {MaxAlignment}");
    }

    private List<GgufTensor> ReadTensors(long count, long alignment)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<GgufTensor>();
        long next = 0;
        for (long i = 0; i < count; i++)
        {
            var tensor = ReadTensor(out var offset);
            if (!names.Add(tensor.Name))
            {
                throw _bytes.Invalid($"tensor '{tensor.Name}' occurs twice");
            }

            if (offset != (ulong)next)
            {
                throw _bytes.Invalid($"tensor '{tensor.Name}' is at {offset} of the data instead of {next}");
            }

            tensors.Add(tensor with { Offset = next });
            next = PadTo(next, tensor, alignment);
        }

        var dataStart = PadTo(_bytes.Position, null, alignment);
        var needed = tensors.Count == 0 ? 0 : tensors[^1].Offset + tensors[^1].ByteLength;
        var present = Math.Max(0, _bytes.Length - dataStart);
        if (needed > present)
        {
            throw _bytes.Invalid($"its tensors need {needed} bytes, but only {present} follow the header; it is cut off");
        }

        return tensors.ConvertAll(tensor => tensor with { Offset = dataStart + tensor.Offset });
    }

    private GgufTensor ReadTensor(out ulong offset)
    {
        var name = _bytes.Text(MaxTensorNameBytes);
        var count = _bytes.UInt32();
        if (count is 0 or > MaxDimensions)
        {
            throw _bytes.Invalid($"tensor '{name}' has {count} dimensions; 1 to {MaxDimensions} are possible");
        }

        var dimensions = new long[count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            var size = _bytes.UInt64();
            dimensions[i] = size is > 0 and <= long.MaxValue ? (long)size : throw _bytes.Invalid($"tensor '{name}' has a dimension of {size}");
        }

        var type = (GgmlType)_bytes.UInt32();
        if (!type.IsKnown())
        {
            throw _bytes.Invalid($"tensor '{name}' has the unknown type {(uint)type}; the file may be from a newer llama.cpp");
        }

        offset = _bytes.UInt64();
        return new GgufTensor(name, type, dimensions, 0, ByteLength(name, type, dimensions));
    }

    private long ByteLength(string name, GgmlType type, long[] dimensions)
    {
        if (dimensions[0] % type.BlockElements() != 0)
        {
            throw _bytes.Invalid($"tensor '{name}' has rows of {dimensions[0]} elements, which are not whole {type} blocks of {type.BlockElements()}");
        }

        try
        {
            var length = type.ByteLength(dimensions.Aggregate(1L, (product, size) => checked(product * size)));
            if (length <= _bytes.Length)
            {
                return length;
            }
        }
        catch (OverflowException)
        {
            // Larger than any file: the same answer as below.
        }

        throw _bytes.Invalid($"tensor '{name}' is larger than the whole file; it is cut off or damaged");
    }

    private static long PadTo(long start, GgufTensor? tensor, long alignment)
    {
        var end = start + (tensor?.ByteLength ?? 0);
        return (end + alignment - 1) / alignment * alignment;
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>
/// Reads and checks the JSON header of a safetensors file. The rules are those of the reference library (offsets begin at 0, touch each other and end at the
/// end of the file), with one more: a name may not occur twice. Source: https://github.com/huggingface/safetensors, README "Format".
/// </summary>
internal sealed class SafetensorsHeader
{
    public const long MaxHeaderBytes = 100_000_000;
    private const string MetadataName = "__metadata__";

    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _fileLength;

    private SafetensorsHeader(string path, long dataStart, long fileLength)
    {
        _path = path;
        _dataStart = dataStart;
        _fileLength = fileLength;
    }

    public Dictionary<string, TensorEntry> Tensors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <param name="path">For messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataStart">Where the header ends: offsets count from here.</param>
    /// <param name="fileLength">All bytes of the file.</param>
    public static SafetensorsHeader Read(string path, ReadOnlySpan<byte> json, long dataStart, long fileLength)
    {
        var header = new SafetensorsHeader(path, dataStart, fileLength);
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed < json.Length && json[(int)reader.BytesConsumed..].ContainsAnyExcept(" \n\t\r"u8))
            {
                throw header.Invalid("its header has something after the JSON object");
            }

            header.ReadRoot(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidModelFileException(path, $"its header is not JSON ({Reason(e)}); {Advice}", e);
        }
        catch (InvalidOperationException e)
        {
            // Thrown for strings that are not valid UTF-8 or UTF-16.
            throw new InvalidModelFileException(path, $"its header holds text that is not valid Unicode; {Advice}", e);
        }

        header.CheckLayout();
        return header;
    }

    private const string Advice = "the file is damaged or not a safetensors file: download or write it again";

    private static string Reason(JsonException e) => $"byte {e.BytePositionInLine ?? 0}";

    private void ReadRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("its header is not a JSON object");
        }

        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataName)
            {
                ReadMetadata(property.Value);
            }
            else if (!Tensors.TryAdd(property.Name, ReadTensor(property.Name, property.Value)))
            {
                throw Invalid($"tensor '{property.Name}' occurs twice in its header");
            }
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("its __metadata__ is not an object of texts");
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String || !Metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                throw Invalid($"its __metadata__ entry '{property.Name}' is not one text");
            }
        }
    }

    private TensorEntry ReadTensor(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !element.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw Invalid($"tensor '{name}' needs dtype, shape and two data_offsets in the header");
        }

        if (!TensorTypeExtensions.TryParseFileName(dtype.GetString()!, out var type))
        {
            var known = string.Join(", ", Enum.GetValues<TensorType>().Select(t => t.FileName()));
            throw new InvalidModelFileException(_path,
                $"tensor '{name}' has the element type {dtype.GetString()}, which is not supported (supported: {known}); "
                + "save the model again in bfloat16 or float32");
        }

        var dimensions = new long[shape.GetArrayLength()];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = Number(name, "shape", shape[i]);
        }

        var begin = Number(name, "data_offsets", offsets[0]);
        var end = Number(name, "data_offsets", offsets[1]);
        var length = ByteLength(name, dimensions, type);
        if (end < begin || end > _fileLength - _dataStart)
        {
            throw Invalid($"tensor '{name}' lies outside of the file (bytes {begin} to {end} of {_fileLength - _dataStart}); the file may be cut off");
        }

        if (end - begin != length)
        {
            throw Invalid($"tensor '{name}' has {end - begin} bytes, but its shape [{string.Join(", ", dimensions)}] in {type.FileName()} needs {length}");
        }

        return new TensorEntry(name, type, dimensions, _dataStart + begin, length);
    }

    private long Number(string name, string what, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) && value >= 0
            ? value
            : throw Invalid($"tensor '{name}' has a {what} entry that is not a whole number from 0 to {long.MaxValue}");

    private long ByteLength(string name, long[] dimensions, TensorType type)
    {
        try
        {
            return dimensions.Aggregate((long)type.ByteSize(), (product, dimension) => checked(product * dimension));
        }
        catch (OverflowException)
        {
            throw Invalid($"the shape of tensor '{name}' is too large to exist");
        }
    }

    private void CheckLayout()
    {
        var expected = _dataStart;
        foreach (var tensor in Tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength))
        {
            if (tensor.Offset != expected)
            {
                throw Invalid(tensor.Offset < expected
                    ? $"tensor '{tensor.Name}' overlaps the one before it"
                    : $"there is a hole of {tensor.Offset - expected} bytes before tensor '{tensor.Name}'");
            }

            expected += tensor.ByteLength;
        }

        if (expected != _fileLength)
        {
            throw Invalid($"{_fileLength - expected} bytes follow its last tensor");
        }
    }

    private InvalidModelFileException Invalid(string what) => new(_path, $"{what}; {Advice}");
}

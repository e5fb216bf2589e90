namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>
/// Metadata and tensor list of a GGUF file (versions 2 and 3, little-endian). Reads the header only and trusts none of its numbers; every count, length,
/// offset and nesting is checked against the file before memory is taken for it. Source: ggml docs/gguf.md, 2026-11.
/// </summary>
public sealed class GgufFile
{
    internal GgufFile(string path, uint version, IReadOnlyDictionary<string, GgufValue> metadata, IReadOnlyList<GgufTensor> tensors)
    {
        Path = path;
        Version = version;
        Metadata = metadata;
        Tensors = tensors;
    }

    public string Path { get; }

    public uint Version { get; }

    /// <summary>Enumerates in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary><c>general.architecture</c>; null when it is missing.</summary>
    public string? Architecture => Metadata.TryGetValue("general.architecture", out var value) ? value.AsText() : null;

    /// <exception cref="InvalidModelFileException">The file breaks any rule of the format.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static GgufFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        return GgufHeaderReader.Read(path, stream);
    }
}

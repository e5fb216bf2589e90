namespace FineTunePipeline.Hosts;

/// <summary>A file that is to be on a host.</summary>
public sealed record HostUpload
{
    /// <summary>Absolute path on the host. The folders above it are made; a file that is there is replaced.</summary>
    public required string Path { get; init; }

    /// <summary>Length.</summary>
    public required long Bytes { get; init; }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>
    /// Opens a seekable stream over the content, at its beginning. Called any number of times, also at once: for each channel to the host, and again after a
    /// broken connection.
    /// </summary>
    public required Func<CancellationToken, Task<Stream>> OpenAsync { get; init; }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.TestKit.Storage;

/// <summary>An artifact store in memory, whose calls are done when they return: tests with a fake clock need no real waiting.</summary>
public sealed class MemoryArtifactStore : IArtifactStore
{
    /// <summary>Digest to bytes.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Thrown by every put while it is set: a store that is full or away.</summary>
    public IOException? PutFault { get; set; }

    public async Task<ArtifactReference> PutAsync(Stream content, CancellationToken cancellationToken)
    {
        if (PutFault is not null)
        {
            throw PutFault;
        }

        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken);
        var bytes = memory.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Blobs[sha256] = bytes;
        return new ArtifactReference(sha256, bytes.Length);
    }

    public Task<long?> FindAsync(string sha256, CancellationToken cancellationToken) =>
        Task.FromResult(Blobs.TryGetValue(Checked(sha256), out var bytes) ? bytes.LongLength : (long?)null);

    public Task<Stream> OpenAsync(string sha256, CancellationToken cancellationToken) =>
        Blobs.TryGetValue(Checked(sha256), out var bytes) ? Task.FromResult<Stream>(new MemoryStream(bytes)) : throw new ArtifactMissingException(sha256);

    public async Task DownloadAsync(string sha256, string path, CancellationToken cancellationToken)
    {
        var bytes = Blobs.TryGetValue(Checked(sha256), out var found) ? found : throw new ArtifactMissingException(sha256);
        var actual = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (actual != sha256)
        {
            throw new ArtifactCorruptException(sha256, actual);
        }

        await DurableFile.WriteAsync(path, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellationToken);
    }

    public Task<string> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult($"{Blobs.Count} blobs in memory.");

    public Task DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        Blobs.TryRemove(Checked(sha256), out _);
        return Task.CompletedTask;
    }

    private static string Checked(string sha256) => Digests.IsSha256(sha256) ? sha256 : throw new ArgumentException($"'{sha256}' is no SHA-256.", nameof(sha256));
}

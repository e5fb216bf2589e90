using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Storage;

/// <summary>
/// Content-addressed store: bytes are named by their SHA-256, so writing the same bytes twice is harmless and a blob never changes.
/// Every read by <see cref="DownloadAsync"/> is hashed again; a mismatch is a <see cref="ArtifactCorruptException"/>, never a silent wrong byte.
/// Implementations are safe for use by several processes at once. Callers retry on <see cref="IOException"/>; nothing here retries.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Stores the stream's bytes, hashing while they flow; nothing is visible before all of them are durable.</summary>
    Task<ArtifactReference> PutAsync(Stream content, CancellationToken cancellationToken);

    /// <summary>Whole length if the store has the blob, null if not.</summary>
    Task<long?> FindAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>A seekable stream over the blob. Not verified: use <see cref="DownloadAsync"/> where a wrong byte would matter.</summary>
    /// <exception cref="ArtifactMissingException">The store does not have it.</exception>
    Task<Stream> OpenAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Copies the blob to a file (temporary name, flushed, renamed), verifying the digest on the way.</summary>
    /// <exception cref="ArtifactMissingException">The store does not have it.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes do not hash to their name.</exception>
    Task DownloadAsync(string sha256, string path, CancellationToken cancellationToken);

    /// <summary>Tries, at next to no cost, whether the store takes and gives bytes now; says in a sentence what it found.</summary>
    /// <exception cref="IOException">It does not; the message says why, and what to do.</exception>
    Task<string> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Removes the blob; no error if it is not there.</summary>
    Task DeleteAsync(string sha256, CancellationToken cancellationToken);
}

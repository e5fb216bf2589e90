using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Storage.Folder;

/// <summary>
/// The artifact store on a local disk: <c>&lt;root&gt;/sha256/ab/abcdef…</c>. Blobs are written under a temporary name, flushed and renamed, so several
/// processes may share one root.
/// </summary>
public sealed class FolderArtifactStore : IArtifactStore
{
    /// <summary>An upload that has not moved for this long belongs to a process that is gone.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    /// <summary>With less, the next upload is likely to fail.</summary>
    private const long LeastFreeBytes = 64L << 20;

    private readonly string _root;
    private readonly TimeProvider _time;
    private int _swept;

    /// <param name="root">Made when first written to.</param>
    public FolderArtifactStore(string root, TimeProvider time)
    {
        _root = Path.GetFullPath(root);
        _time = time;
    }

    public async Task<ArtifactReference> PutAsync(Stream content, CancellationToken cancellationToken)
    {
        SweepOnce();
        var incoming = Path.Combine(_root, "incoming");
        Directory.CreateDirectory(incoming);
        var temporary = Path.Combine(incoming, DurableFile.TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            string sha256;
            long bytes;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                (sha256, bytes) = await Digests.CopyAsync(content, file, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            var path = PathOf(sha256);
            if (new FileInfo(path) is not { Exists: true } present || present.Length != bytes)
            {
                var folder = Path.GetDirectoryName(path)!;
                Directory.CreateDirectory(folder);
                File.Move(temporary, path, overwrite: true);
                DurableFile.FlushFolder(folder);
            }

            return new ArtifactReference(sha256, bytes);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task<long?> FindAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(sha256));
        return Task.FromResult(file.Exists ? file.Length : (long?)null);
    }

    public Task<Stream> OpenAsync(string sha256, CancellationToken cancellationToken) => Task.FromResult<Stream>(Open(sha256));

    public async Task DownloadAsync(string sha256, string path, CancellationToken cancellationToken)
    {
        await using var blob = Open(sha256);
        await DurableFile.WriteAsync(
            path,
            async (target, token) =>
            {
                var (actual, _) = await Digests.CopyAsync(blob, target, token).ConfigureAwait(false);
                if (actual != sha256)
                {
                    throw new ArtifactCorruptException(sha256, actual);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var incoming = Path.Combine(_root, "incoming");
        var probe = Path.Combine(incoming, DurableFile.TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(incoming);
            await File.WriteAllBytesAsync(probe, [1], cancellationToken).ConfigureAwait(false);
            _ = await File.ReadAllBytesAsync(probe, cancellationToken).ConfigureAwait(false);
            File.Delete(probe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The artifact store {_root} cannot be written: {exception.Message.TrimEnd('.')}. Make it writable with free space, or set FINETUNE__Storage__Folder to another folder.", exception);
        }

        var free = new DriveInfo(_root).AvailableFreeSpace;
        return free >= LeastFreeBytes
            ? $"The folder can be written; {free >> 20} MiB are free."
            : throw new IOException($"The disk of the artifact store {_root} has only {free >> 20} MiB free: free space on it.");
    }

    public Task DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        var path = PathOf(sha256);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private FileStream Open(string sha256)
    {
        try
        {
            return new FileStream(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactMissingException(sha256);
        }
    }

    /// <summary>A name that is no digest never becomes a path.</summary>
    private string PathOf(string sha256) => Digests.IsSha256(sha256)
        ? Path.Combine(_root, "sha256", sha256[..2], sha256)
        : throw new ArgumentException($"'{sha256}' is not a SHA-256 in 64 lower-case hexadecimal digits.", nameof(sha256));

    private void SweepOnce()
    {
        var incoming = new DirectoryInfo(Path.Combine(_root, "incoming"));
        if (Interlocked.Exchange(ref _swept, 1) == 1 || !incoming.Exists)
        {
            return;
        }

        var stale = _time.GetUtcNow().UtcDateTime - StaleAfter;
        foreach (var file in incoming.EnumerateFiles(DurableFile.TemporaryPrefix + "*").Where(file => file.LastWriteTimeUtc < stale))
        {
            file.Delete();
        }
    }
}

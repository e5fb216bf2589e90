using System.Collections.Concurrent;
using System.Security.Cryptography;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Files;

/// <summary>
/// A file that appears under its name only when it is whole: written beside its place under a temporary name, flushed, hashed, renamed.
/// Disposed without <see cref="CommitAsync"/>, nothing is left of it.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Unfinished = new();
    private readonly string _path;

    private OutputFile(string path, string temporaryPath)
    {
        _path = path;
        TemporaryPath = temporaryPath;
    }

    /// <summary>Where to write now.</summary>
    public string TemporaryPath { get; }

    public string Folder => Path.GetDirectoryName(TemporaryPath)!;

    /// <exception cref="EngineException">Nothing can be written there (exit code 4).</exception>
    public static OutputFile Create(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw EngineException.NotWritable("target_is_folder", $"The output {path} is a folder: name a file in it.");
        }

        var folder = Path.GetDirectoryName(full)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():n}.partial");
        Unfinished[temporary] = true;
        var file = new OutputFile(full, temporary);
        try
        {
            Directory.CreateDirectory(folder);

            // An empty file now tells of a read-only folder before the work, not after it.
            File.WriteAllBytes(temporary, []);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw Unwritable(folder, exception);
        }
    }

    /// <summary>For writers that have a temporary file of their own: tells now what they would find out after the work.</summary>
    /// <exception cref="EngineException">Nothing can be written there (exit code 4).</exception>
    public static void RequireWritable(string path) => Create(path).Dispose();

    /// <summary>Flushes to the disk, hashes and renames.</summary>
    public async Task<WrittenFile> CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            string sha256;
            long bytes;
            await using (var stream = new FileStream(TemporaryPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1 << 20, useAsync: true))
            {
                stream.Flush(flushToDisk: true);
                bytes = stream.Length;
                sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            }

            File.Move(TemporaryPath, _path, overwrite: true);
            Unfinished.TryRemove(TemporaryPath, out _);
            return new WrittenFile(_path, bytes, sha256);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(Folder, exception);
        }
    }

    public void Dispose()
    {
        if (Unfinished.TryRemove(TemporaryPath, out _))
        {
            Delete(TemporaryPath);
        }
    }

    /// <summary>Before the process ends in the middle of a native call.</summary>
    public static void DiscardAll()
    {
        foreach (var path in Unfinished.Keys)
        {
            Delete(path);
        }
    }

    /// <summary>Why native code could not write, when it says no more than that.</summary>
    public EngineException Failed(string reason) =>
        DiskErrors.HasNoSpaceLeft(Folder, out var free)
            ? EngineException.NotWritable("disk_full", $"The disk of {Folder} is full ({free:N0} bytes left). Free space and run it again.")
            : EngineException.NotWritable("target_unwritable", $"Writing {_path} failed: {reason}");

    private static EngineException Unwritable(string folder, Exception exception) =>
        exception is IOException io && DiskErrors.IsFull(io)
            ? EngineException.NotWritable("disk_full", $"The disk of {folder} is full. Free space and run it again.", exception)
            : EngineException.NotWritable("target_unwritable", $"Nothing can be written in {folder}: {exception.Message}", exception);

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report; a left temporary file carries the run's own name and harms nothing.
            _ = exception;
        }
    }
}

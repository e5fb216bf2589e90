using System.Runtime.InteropServices;

namespace FineTunePipeline.Storage;

/// <summary>
/// Writes files that are either whole or not there: the bytes go to a temporary name in the same folder, are flushed to the disk, and the file is
/// renamed. A crash leaves at most a file whose name begins with <see cref="TemporaryPrefix"/>.
/// </summary>
public static class DurableFile
{
    /// <summary>Names of unfinished files begin with it; listings leave them out.</summary>
    public const string TemporaryPrefix = ".partial-";

    /// <summary>Permissions on Unix of what nobody but its owner may read.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Runs <paramref name="write"/> on a temporary file and puts it in place of <paramref name="path"/>; makes the folders above it.</summary>
    /// <param name="mode">Permissions on Unix; null leaves the system's default.</param>
    /// <param name="keepsOther">A file that is there by the time of the rename is kept, and what was written is dropped.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written; nothing is left behind.</exception>
    public static async Task WriteAsync(
        string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken, UnixFileMode? mode = null, bool keepsOther = false)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))
            ?? throw new ArgumentException($"'{path}' names no file.", nameof(path));
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (mode is not null && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            await using (var stream = new FileStream(temporary, options))
            {
                await write(stream, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: !keepsOther);
            FlushFolder(folder);
        }
        catch (IOException) when (keepsOther && File.Exists(path))
        {
            File.Delete(temporary);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary><see cref="WriteAsync"/> for a short text in UTF-8.</summary>
    public static Task WriteTextAsync(string path, string text, CancellationToken cancellationToken, UnixFileMode? mode = null) =>
        WriteAsync(path, async (stream, token) => await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), token).ConfigureAwait(false), cancellationToken, mode);

    /// <summary>Makes sure that there is a file that only its owner may read. Of two who make it at once, one's is kept, and both find that.</summary>
    /// <param name="text">Asked only where there is no file.</param>
    public static Task EnsurePrivateAsync(string path, Func<string> text, CancellationToken cancellationToken) => File.Exists(path)
        ? Task.CompletedTask
        : WriteAsync(
            path, async (stream, token) => await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text()), token).ConfigureAwait(false), cancellationToken, OwnerOnly, keepsOther: true);

    /// <summary>Makes a rename in a folder survive a power cut. Windows has no such call and needs none on NTFS, whose journal keeps the order.</summary>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Native.Open(folder, flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened to flush it (error {Marshal.GetLastPInvokeError()}).");
        }

        // Some file systems (network mounts) refuse to flush a folder; the file itself is flushed all the same.
        _ = Native.Fsync(descriptor);
        _ = Native.Close(descriptor);
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        internal static extern int Fsync(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int descriptor);
    }
}

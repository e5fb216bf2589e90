using System.Runtime.InteropServices;

namespace FineTunePipeline.CpuTrainer.Checkpoints;

/// <summary>Brings a folder's files and names to the disk, so that a rename that follows cannot survive a power cut without them.</summary>
internal static partial class DiskSync
{
    public static void Folder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        Names(folder);
    }

    /// <summary>The folder's own entries: what is in it, under which names. Windows does this itself.</summary>
    public static void Names(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open {folder} (error {Marshal.GetLastPInvokeError()}).");
        }

        try
        {
            // Some file systems cannot do this for a folder and say so; then there is nothing more to be had.
            _ = Sync(descriptor);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}

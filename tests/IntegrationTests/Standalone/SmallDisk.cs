using System.Diagnostics;
using FineTunePipeline.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>Programs that see a folder as another disk. Only they do: the mount is in a namespace of their own and goes with them.</summary>
internal static class SmallDisk
{
    /// <summary>Skips the test where nobody may mount.</summary>
    public static async Task SkipWithoutAsync()
    {
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]) { RedirectStandardError = true });
        await probe!.WaitForExitAsync();
        Assert.SkipWhen(probe.ExitCode != 0, "A disk of its own for a program needs the right to mount.");
    }

    /// <summary>Starts a program to which <paramref name="folder"/> is an empty disk of <paramref name="mebibytes"/>.</summary>
    public static string[] Of(string folder, int mebibytes) =>
        ["unshare", "-m", "sh", "-c", $"mount -t tmpfs -o size={mebibytes}m none \"$0\" && exec \"$@\"", folder];

    /// <summary>Starts a program to which <paramref name="folder"/> is as it is, and cannot be written.</summary>
    public static string[] ReadOnly(string folder) =>
        ["unshare", "-m", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"", folder];

    /// <summary>The root of the file system as the program sees it.</summary>
    public static string Root(int pid) => $"/proc/{pid}/root";

    /// <summary>Takes all space that is left on the disk of a file; deleting the file gives it back.</summary>
    public static void Fill(string path)
    {
        using var filler = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var block = new byte[1 << 20];
        for (var size = block.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    filler.Write(block, 0, size);
                }
            }
            catch (IOException exception) when (DiskSpace.IsFull(exception))
            {
                // Smaller blocks may still fit.
            }
        }
    }
}

using System.Diagnostics;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A small disk in memory, mounted on a folder until it is disposed. A server that is to see it must be started afterwards.</summary>
internal sealed class MountedDisk(string folder) : IAsyncDisposable
{
    public static bool TryMake(string folder, string size, out MountedDisk disk)
    {
        disk = new MountedDisk(folder);
        using var process = Process.Start("mount", ["-t", "tmpfs", "-o", $"size={size}", "none", folder]);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>As a system does it with a disk that has errors.</summary>
    public async Task MakeReadOnlyAsync()
    {
        using var process = Process.Start("mount", ["-o", "remount,ro", folder]);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var process = Process.Start("umount", ["-l", folder]);
        await process.WaitForExitAsync();
    }
}

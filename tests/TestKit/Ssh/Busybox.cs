using System.Diagnostics;
using Xunit;

namespace FineTunePipeline.TestKit.Ssh;

/// <summary>The programs of a host that has busybox and nothing else.</summary>
public static class Busybox
{
    private const string Program = "/bin/busybox";

    /// <summary>Puts a link for each of its programs into a folder; skips the test where it is not installed.</summary>
    /// <returns>The path of its shell.</returns>
    public static async Task<string> InstallAsync(string folder)
    {
        Assert.SkipUnless(File.Exists(Program), "busybox is not installed.");
        Directory.CreateDirectory(folder);
        using var install = Process.Start(Program, ["--install", "-s", folder]);
        await install.WaitForExitAsync();
        return Path.Combine(folder, "ash");
    }
}

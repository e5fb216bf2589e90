using System.ComponentModel;
using System.Diagnostics;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>What runs "on" a test host, which is this computer: its SSH server with all sessions, and the runs whose pid files lie on its disk. Nothing else is ever ended.</summary>
internal static class HostProcesses
{
    /// <summary>More than a host ever needs; each round ends what began in the one before.</summary>
    private const int MostRounds = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends all of it at once, without a goodbye.</summary>
    /// <param name="folder">Of the host; pid files of its server and of runs lie anywhere below it.</param>
    public static async Task KillAsync(string folder)
    {
        for (var round = 0; round < MostRounds && KillOnce(folder) > 0; round++)
        {
            await Task.Delay(Pause);
        }
    }

    /// <summary>One round.</summary>
    /// <returns>How many were alive.</returns>
    public static int KillOnce(string folder)
    {
        var roots = Recorded(folder).Where(identity => identity.IsAlive()).ToList();

        // A server that is stopped starts no session that we do not see.
        foreach (var root in roots)
        {
            Stop(root.Pid);
        }

        var all = ProcessTree.Below(roots.Select(root => root.Pid));
        foreach (var pid in all)
        {
            Kill(pid);
        }

        foreach (var root in roots)
        {
            ProcessGroup.Kill(root);
        }

        return all.Count;
    }

    private static IEnumerable<ProcessIdentity> Recorded(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(folder, "*", everywhere)
            .Where(file => Path.GetFileName(file) is RunFolder.Pid or RunFolder.Supervisor)
            .Select(ProcessIdentity.Read).OfType<ProcessIdentity>();
    }

    private static void Stop(int pid)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -STOP {pid} 2>/dev/null"]);
        kill.WaitForExit();
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended meanwhile, or a program of another user was started in its place.
            return;
        }
    }
}

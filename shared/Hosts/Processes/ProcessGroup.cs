using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FineTunePipeline.Hosts.Processes;

/// <summary>A command and everything it started: the process group that the supervisor made it the leader of (on Windows: its process tree).</summary>
public static class ProcessGroup
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int NoSuchProcess = 3;

    /// <summary>Asks a live command and its group to end. Windows has no such request: there it is a no-op and only <see cref="Kill"/> ends it.</summary>
    public static void Terminate(ProcessIdentity leader)
    {
        if (!OperatingSystem.IsWindows() && leader.IsAlive())
        {
            Signal(leader.Pid, SigTerm);
        }
    }

    /// <summary>Ends a command and whatever is left of its group, also when the command itself is dead already.</summary>
    public static void Kill(ProcessIdentity leader)
    {
        if (OperatingSystem.IsWindows())
        {
            KillTree(leader);
        }
        else if (leader.IsAlive() || HasOrphans(leader))
        {
            Signal(leader.Pid, SigKill);
        }
    }

    /// <summary>
    /// The leader is dead: is there anything left that still has its group? The system does not give the number to a new process while the
    /// group has members, so a live process with that very number is a stranger whose group is not ours.
    /// </summary>
    private static bool HasOrphans(ProcessIdentity leader) =>
        OperatingSystem.IsLinux() && ProcessIdentity.Of(leader.Pid) is null && ProcStat.MembersOf(leader.Pid).Any();

    private static void Signal(int group, int signal)
    {
        if (NativeKill(-group, signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
        {
            throw new Win32Exception(error, $"The process group {group} cannot be signalled.");
        }
    }

    private static void KillTree(ProcessIdentity leader)
    {
        if (!leader.IsAlive())
        {
            return;
        }

        using var process = Process.GetProcessById(leader.Pid);
        process.Kill(entireProcessTree: true);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int NativeKill(int pid, int signal);
}

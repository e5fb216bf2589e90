using System.Globalization;
using System.Runtime.InteropServices;

namespace FineTunePipeline.Supervisor;

/// <summary>Cuts what ties us to the process that started us. On Windows a process is not tied to its parent, but for its pipes.</summary>
internal static class Detachment
{
    private const int ReadWrite = 2;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>A session of our own: no terminal, and no signal meant for the starter's group.</summary>
    public static void LeaveSession()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Fails only for the leader of a group, who needs no new one.
        _ = Native.SetSession();

        // A starter that ignores the end of its children hands that on, and the exit code of ours would be lost.
        _ = Native.SetSignal(OperatingSystem.IsMacOS() ? 20 : 17, 0);
        CloseInherited();
    }

    /// <summary>Standard input, output and error become the null device: a starter that waits for the end of our pipes must not wait for the run.</summary>
    public static void LeavePipes()
    {
        if (OperatingSystem.IsWindows())
        {
            Console.Out.Close();
            Console.Error.Close();
            return;
        }

        var nothing = Native.Open("/dev/null", ReadWrite);
        for (var standard = 0; standard <= 2; standard++)
        {
            _ = Native.Duplicate(nothing, standard);
        }

        _ = Native.Close(nothing);
    }

    /// <summary>
    /// Files that the starter left open for its children, locks among them, would stay open as long as the run. The runtime marks its own as not to be
    /// inherited, so whatever lacks the mark came from the starter.
    /// </summary>
    private static void CloseInherited()
    {
        const string open = "/proc/self/fd";
        if (!Directory.Exists(open))
        {
            return;
        }

        foreach (var name in Directory.GetFiles(open))
        {
            if (int.TryParse(Path.GetFileName(name), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor > 2
                && Native.Control(descriptor, GetDescriptorFlags, 0) is var flags and >= 0 && (flags & CloseOnExec) == 0)
            {
                _ = Native.Close(descriptor);
            }
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "setsid", SetLastError = true)]
        internal static extern int SetSession();

        [DllImport("libc", EntryPoint = "signal", SetLastError = true)]
        internal static extern nint SetSignal(int signal, nint handler);

        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
        internal static extern int Duplicate(int from, int to);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int descriptor);

        [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
        internal static extern int Control(int descriptor, int command, int value);
    }
}

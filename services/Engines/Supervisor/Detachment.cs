using System.Globalization;
using System.Runtime.InteropServices;

namespace FineTunePipeline.Supervisor;

/// <summary>Cuts what ties us to the process that started us. On Windows a process is not tied to its parent, but for its pipes.</summary>
internal static class Detachment
{
    private const string OpenFiles = "/proc/self/fd";
    private const int ReadWrite = 2;
    private const int GetDescriptorFlags = 1;
    private const int SetDescriptorFlags = 2;
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

    /// <summary>
    /// Tells the starter one line, and makes standard input, output and error the null device: a starter that waits for the end of our pipes must
    /// not wait for the run. The console class is not used on this path: it keeps one more copy of the pipe.
    /// </summary>
    public static void SayAndLeavePipes(string line)
    {
        if (OperatingSystem.IsWindows())
        {
            Console.Out.Write(line);
            Console.Out.Close();
            Console.Error.Close();
            return;
        }

        // The starter may be gone already, which changes nothing.
        var bytes = System.Text.Encoding.ASCII.GetBytes(line);
        _ = Native.Write(1, bytes, (nuint)bytes.Length);
        var nothing = Native.Open("/dev/null", ReadWrite);
        foreach (var copy in CopiesOfStandard())
        {
            _ = Native.Duplicate(nothing, copy);
            _ = Native.Control(copy, SetDescriptorFlags, CloseOnExec);
        }

        for (var standard = 0; standard <= 2; standard++)
        {
            _ = Native.Duplicate(nothing, standard);
        }

        _ = Native.Close(nothing);
    }

    /// <summary>The runtime keeps copies of standard input, output and error (seen in .NET 10 on Linux); they hold a pipe open as well.</summary>
    private static List<int> CopiesOfStandard()
    {
        if (!Directory.Exists(OpenFiles))
        {
            return [];
        }

        var standard = new HashSet<string?>(Enumerable.Range(0, 3).Select(descriptor => TargetOf(descriptor)));
        return [.. OpenDescriptors().Where(descriptor => TargetOf(descriptor) is { } target && standard.Contains(target))];
    }

    private static string? TargetOf(int descriptor) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"{OpenFiles}/{descriptor}")).LinkTarget;

    private static IEnumerable<int> OpenDescriptors() =>
        Directory.GetFiles(OpenFiles).Select(path => int.Parse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture)).Where(descriptor => descriptor > 2);

    /// <summary>
    /// Files that the starter left open for its children, locks among them, would stay open as long as the run. The runtime marks its own as not to be
    /// inherited, so whatever lacks the mark came from the starter.
    /// </summary>
    private static void CloseInherited()
    {
        if (!Directory.Exists(OpenFiles))
        {
            return;
        }

        foreach (var descriptor in OpenDescriptors())
        {
            if (Native.Control(descriptor, GetDescriptorFlags, 0) is var flags and >= 0 && (flags & CloseOnExec) == 0)
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

        [DllImport("libc", EntryPoint = "write", SetLastError = true)]
        internal static extern nint Write(int descriptor, byte[] bytes, nuint count);

        [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
        internal static extern int Duplicate(int from, int to);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int descriptor);

        [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
        internal static extern int Control(int descriptor, int command, int value);
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FineTunePipeline.Supervisor;

/// <summary>
/// posix_spawn with what .NET's own process class cannot do: a new session, output straight into files, and signals back at their defaults.
/// Source: posix_spawn(3), glibc 2.41 and the macOS manual, read 2026-11. Tested on Linux x64 only.
/// </summary>
internal static unsafe class UnixSpawn
{
    // The opaque structures are 336 and 80 bytes on glibc x64, smaller elsewhere.
    private const int OpaqueBytes = 1024;
    private const int Interrupted = 4;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;
    private static readonly short SetSession = (short)(OperatingSystem.IsMacOS() ? 0x0400 : 0x80);
    private const short SetSignalDefaults = 0x04;
    private static readonly int CreateAppend = OperatingSystem.IsMacOS() ? 0x1 | 0x8 | 0x200 : 0x1 | 0x400 | 0x40;
    private const int OwnerMayReadAndWrite = 0x180;

    /// <summary>Both ends are closed in every child but for what a start hands on.</summary>
    public static (int ReadEnd, int WriteEnd) Pipe()
    {
        var ends = stackalloc int[2];
        Check(Native.Pipe(ends) == 0 ? 0 : Marshal.GetLastPInvokeError(), "pipe");
        _ = Native.Control(ends[0], SetDescriptorFlags, CloseOnExec);
        _ = Native.Control(ends[1], SetDescriptorFlags, CloseOnExec);
        return (ends[0], ends[1]);
    }

    public static int Start(string program, string[] arguments, string[] environment, int input, string outputFile, string errorFile)
    {
        var attributes = NativeMemory.AllocZeroed(OpaqueBytes);
        var actions = NativeMemory.AllocZeroed(OpaqueBytes);
        var signals = NativeMemory.AllocZeroed(OpaqueBytes);
        var argumentList = new NativeStrings(arguments);
        var environmentList = new NativeStrings(environment);
        try
        {
            Check(Native.AttributesInit(attributes), "posix_spawnattr_init");
            Check(Native.ActionsInit(actions), "posix_spawn_file_actions_init");

            // A child inherits ignored signals; ours ignores a broken pipe, which breaks programs that count on it.
            _ = Native.FillSignals(signals);
            Check(Native.SetDefaults(attributes, signals), "posix_spawnattr_setsigdefault");
            Check(Native.SetFlags(attributes, (short)(SetSession | SetSignalDefaults)), "posix_spawnattr_setflags");
            Check(Native.AddDuplicate(actions, input, 0), "posix_spawn_file_actions_adddup2");
            Check(Native.AddOpen(actions, 1, outputFile, CreateAppend, OwnerMayReadAndWrite), "posix_spawn_file_actions_addopen");
            Check(Native.AddOpen(actions, 2, errorFile, CreateAppend, OwnerMayReadAndWrite), "posix_spawn_file_actions_addopen");
            int pid;
            Check(Native.Spawn(&pid, program, actions, attributes, argumentList.Pointer, environmentList.Pointer), $"posix_spawn of {program}");
            return pid;
        }
        finally
        {
            _ = Native.ActionsDestroy(actions);
            _ = Native.AttributesDestroy(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
            NativeMemory.Free(signals);
            argumentList.Free();
            environmentList.Free();
        }
    }

    public static void WriteLine(int descriptor)
    {
        byte newline = (byte)'\n';
        if (Native.Write(descriptor, &newline, 1) != 1)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "The command cannot be released.");
        }
    }

    public static void Close(int descriptor) => _ = Native.Close(descriptor);

    /// <summary>Blocks until the process ends. 128 + n after signal n.</summary>
    public static int Wait(int pid)
    {
        int status;
        while (Native.WaitFor(pid, &status, 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new Win32Exception(error, "The command's exit code cannot be read.");
            }
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    private static void Check(int error, string call)
    {
        if (error != 0)
        {
            throw new IOException($"{call} failed: {new Win32Exception(error).Message}");
        }
    }

    /// <summary>A null-ended list of C strings.</summary>
    private sealed class NativeStrings
    {
        private readonly int _count;

        public NativeStrings(string[] texts)
        {
            _count = texts.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
            }
        }

        public byte** Pointer { get; }

        public void Free()
        {
            for (var i = 0; i < _count; i++)
            {
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "pipe", SetLastError = true)]
        internal static extern int Pipe(int* ends);

        [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
        internal static extern int Control(int descriptor, int command, int value);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int descriptor);

        [DllImport("libc", EntryPoint = "write", SetLastError = true)]
        internal static extern nint Write(int descriptor, void* bytes, nuint count);

        [DllImport("libc", EntryPoint = "waitpid", SetLastError = true)]
        internal static extern int WaitFor(int pid, int* status, int options);

        [DllImport("libc", EntryPoint = "sigfillset")]
        internal static extern int FillSignals(void* signals);

        [DllImport("libc", EntryPoint = "posix_spawnattr_init")]
        internal static extern int AttributesInit(void* attributes);

        [DllImport("libc", EntryPoint = "posix_spawnattr_destroy")]
        internal static extern int AttributesDestroy(void* attributes);

        [DllImport("libc", EntryPoint = "posix_spawnattr_setflags")]
        internal static extern int SetFlags(void* attributes, short flags);

        [DllImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
        internal static extern int SetDefaults(void* attributes, void* signals);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
        internal static extern int ActionsInit(void* actions);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
        internal static extern int ActionsDestroy(void* actions);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
        internal static extern int AddDuplicate(void* actions, int from, int to);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
        internal static extern int AddOpen(void* actions, int descriptor, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

        [DllImport("libc", EntryPoint = "posix_spawn")]
        internal static extern int Spawn(
            int* pid, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, void* actions, void* attributes, byte** arguments, byte** environment);
    }
}

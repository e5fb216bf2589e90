using System.Runtime.InteropServices;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>
/// Environment of native code. What .NET sets in its own copy of the environment, native code does not see; these values must stand before the
/// library is loaded. A value that the caller has set is left alone.
/// </summary>
internal static partial class NativeEnvironment
{
    public static void Prepare()
    {
        // Without it llama.cpp attaches a debugger to itself when it aborts, and the caller waits for it.
        Default("GGML_NO_BACKTRACE", "1");

        // OpenMP threads that spin while they wait take the time of everything else on a busy computer.
        Default("GOMP_SPINCOUNT", "2000");
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
        {
            _ = SetEnvironmentVariable(name, value, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}

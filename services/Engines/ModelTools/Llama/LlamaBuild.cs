using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Which llama.cpp is in this process. Asked of the loaded library itself, because what a package's notes say about it may be stale.</summary>
internal static unsafe class LlamaBuild
{
    private const string Library = "ggml-base";

    /// <summary>Version of the .NET library that brings llama.cpp along.</summary>
    public static string? LlamaSharp =>
        typeof(LlamaBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(entry => entry.Key == "LLamaSharp")?.Value;

    /// <summary>Loads the library. Version of ggml, and the commit it was built from; null where the library does not say it.</summary>
    public static (string? Ggml, string? Commit) Read()
    {
        _ = LlamaRuntime.Log;
        using var process = Process.GetCurrentProcess();
        var module = process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName.Contains(Library, StringComparison.Ordinal));
        return module is not null && NativeLibrary.TryLoad(module.FileName, out var library)
            ? (Text(library, "ggml_version"), Text(library, "ggml_commit"))
            : (null, null);
    }

    private static string? Text(nint library, string function) =>
        NativeLibrary.TryGetExport(library, function, out var address) ? Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)address)()) : null;
}

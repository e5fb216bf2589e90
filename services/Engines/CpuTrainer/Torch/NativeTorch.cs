using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace FineTunePipeline.CpuTrainer.Torch;

/// <summary>Finds and loads libtorch and TorchSharp's bridge to it on Linux x64, the only system this was tried on; elsewhere TorchSharp's own search is left alone.</summary>
internal static class NativeTorch
{
    private const string Bridge = "libLibTorchSharp.so";
    private const string MissingOnOlderSystems = "GLIBCXX_3.4.32";

    // In order of need: later ones find the earlier by their soname, wherever these lie.
    private static readonly string[] Libraries = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    /// <param name="folder">where to look first; null = beside the program</param>
    public static void Load(string? folder)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return;
        LoadOnLinux(folder);
    }

    [SupportedOSPlatform("linux")]
    private static void LoadOnLinux(string? folder)
    {
        var loaded = new Dictionary<string, nint>(StringComparer.Ordinal);
        foreach (var library in Libraries)
            loaded[library] = LoadOrExplain(Find(library, folder));
        loaded[Bridge] = LoadBridge(Find(Bridge, folder));

        // TorchSharp probes by name beside its own assembly; what it does not find (or cannot load) there, it gets here.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            loaded.GetValueOrDefault(name) is var exact && exact != 0 ? exact : loaded.GetValueOrDefault($"lib{name}.so");
    }

    private static string Find(string library, string? folder)
    {
        var beside = AppContext.BaseDirectory;
        string?[] folders = [folder, beside, Path.Combine(beside, "runtimes", "linux-x64", "native")];
        return folders.Where(f => f is not null).Select(f => Path.Combine(f!, library)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException(
                $"{library} is not beside the trainer (looked in {string.Join(", ", folders.Where(f => f is not null))}). Build or publish finetune-trainer for linux-x64.");
    }

    private static nint LoadOrExplain(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException($"{path} cannot be loaded: {e.Message}", e);
        }
    }

    [SupportedOSPlatform("linux")]
    private static nint LoadBridge(string path)
    {
        if (NativeLibrary.TryLoad(path, out var handle))
            return handle;

        var relaxed = ElfSymbolVersions.Relax(File.ReadAllBytes(path), MissingOnOlderSystems);
        if (relaxed is null)
            return LoadOrExplain(path);

        return LoadOrExplain(TryReplace(path, relaxed) ? path : CachedCopy(relaxed));
    }

    /// <summary>Renames over the old file, so that a process which starts at the same moment sees the old or the new one, and one that has it mapped is not disturbed.</summary>
    private static bool TryReplace(string path, byte[] content)
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(path);
            WriteThenRename(path, content);
            File.SetLastWriteTimeUtc(path, written); // an incremental build would copy the original again
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // a read-only installation
        }
    }

    [SupportedOSPlatform("linux")]
    private static string CachedCopy(byte[] content)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            cache = home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
        }

        var folder = Path.Combine(cache, "finetune", "torch", Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
        var path = Path.Combine(folder, Bridge);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            WriteThenRename(path, content);
        return path;
    }

    private static void WriteThenRename(string path, byte[] content)
    {
        var temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

using FineTunePipeline.TestKit;

namespace FineTunePipeline.Chaos.Processes;

/// <summary>Puts <c>tests/lib/chaos-engine.sh</c> in the place of the engines; the supervisor is the real one.</summary>
internal static class EnginePrograms
{
    public static void Write(ChaosFolder folder)
    {
        WriteInto(folder.Engines, folder);
        Write(folder.Engines, "finetune-supervise", $"exec '{EnginePath.Of("finetune-supervise")}' \"$@\"");
    }

    /// <summary>Those that hosts are given; <see cref="ChaosFolder"/> is within their reach, and only what stands in the engines' place uses it.</summary>
    public static void WriteForHosts(ChaosFolder folder)
    {
        WriteInto(folder.HostEngines, folder);
        foreach (var name in Directory.EnumerateDirectories(folder.HostEngines))
        {
            // As a published engine has it.
            File.WriteAllText(Path.Combine(name, "libhostfxr.so"), "");
        }
    }

    private static void WriteInto(string engines, ChaosFolder folder)
    {
        var script = Path.Combine(EnginePath.RepositoryRoot(), "tests", "lib", "chaos-engine.sh");
        Write(engines, "finetune-trainer", $"exec sh '{script}' trainer '{EnginePath.Of("finetune-trainer")}' '{folder.Path}' \"$@\"");
        Write(engines, "finetune-model", $"exec sh '{script}' model '{EnginePath.Of("finetune-model")}' '{folder.Path}' \"$@\"");
    }

    private static void Write(string engines, string name, string line)
    {
        var path = Path.Combine(engines, name, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

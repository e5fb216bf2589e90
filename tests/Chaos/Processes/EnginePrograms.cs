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

        WriteScript(folder.LlamaFactory, TrainerLine(folder));
    }

    private static void WriteInto(string engines, ChaosFolder folder)
    {
        Write(engines, "finetune-trainer", TrainerLine(folder));
        Write(engines, "finetune-model", Line("model", "finetune-model", folder));
    }

    /// <summary>Also of what hosts have as LLaMA-Factory, which has the same verbs, keys, files and exit codes.</summary>
    private static string TrainerLine(ChaosFolder folder) => Line("trainer", "finetune-trainer", folder);

    private static string Line(string engine, string real, ChaosFolder folder) =>
        $"exec sh '{Path.Combine(EnginePath.RepositoryRoot(), "tests", "lib", "chaos-engine.sh")}' {engine} '{EnginePath.Of(real)}' '{folder.Path}' \"$@\"";

    private static void Write(string engines, string name, string line)
    {
        Directory.CreateDirectory(Path.Combine(engines, name));
        WriteScript(Path.Combine(engines, name, name), line);
    }

    private static void WriteScript(string path, string line)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

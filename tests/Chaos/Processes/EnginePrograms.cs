using FineTunePipeline.TestKit;

namespace FineTunePipeline.Chaos.Processes;

/// <summary>Puts <c>tests/lib/chaos-engine.sh</c> in the place of the engines; the supervisor is the real one.</summary>
internal static class EnginePrograms
{
    public static void Write(ChaosFolder folder)
    {
        var script = Path.Combine(EnginePath.RepositoryRoot(), "tests", "lib", "chaos-engine.sh");
        Write(folder, "finetune-trainer", $"exec sh '{script}' trainer '{EnginePath.Of("finetune-trainer")}' '{folder.Path}' \"$@\"");
        Write(folder, "finetune-model", $"exec sh '{script}' model '{EnginePath.Of("finetune-model")}' '{folder.Path}' \"$@\"");
        Write(folder, "finetune-supervise", $"exec '{EnginePath.Of("finetune-supervise")}' \"$@\"");
    }

    private static void Write(ChaosFolder folder, string name, string line)
    {
        var path = Path.Combine(folder.Engines, name, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{line}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

namespace FineTunePipeline.TestKit;

/// <summary>
/// In place of half a gigabyte for each test: packages of scripts that start the engines of this computer, which the hosts are. The engines' own packages have
/// their own tests.
/// </summary>
public static class ScriptEngines
{
    /// <returns>The folder, for <c>Engines:HostFolder</c>.</returns>
    public static string Write(string folder)
    {
        foreach (var engine in (string[])["finetune-trainer", "finetune-model"])
        {
            Directory.CreateDirectory(Path.Combine(folder, engine));
            File.WriteAllText(Path.Combine(folder, engine, engine), $"#!/bin/sh\nexec '{EnginePath.Of(engine)}' \"$@\"\n");
            File.WriteAllText(Path.Combine(folder, engine, "libhostfxr.so"), "");
        }

        return folder;
    }
}

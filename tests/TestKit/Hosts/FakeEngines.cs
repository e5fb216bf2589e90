using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>Engine programs that exist as empty files: for tests whose host is scripted and starts nothing.</summary>
public static class FakeEngines
{
    public static EngineLocator In(TemporaryFolder folder)
    {
        foreach (var name in (string[])["finetune-model", "finetune-trainer", "finetune-supervise"])
        {
            folder.Write($"engines/{name}/{name}{(OperatingSystem.IsWindows() ? ".exe" : "")}", "");
        }

        return new EngineLocator(Options.Create(new EngineOptions { Folder = folder.At("engines") }));
    }
}

using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.TestKit.Hosts;

/// <summary>Engine programs that exist as empty files: for tests whose host is scripted and starts nothing.</summary>
public static class FakeEngines
{
    /// <summary>What <c>finetune-model version</c> writes.</summary>
    public const string ModelVersion = """{"name": "finetune-model", "version": "0.1.0", "llama_sharp": "0.30.0", "llama_cpp": "815a2a591"}""";

    public static EngineLocator In(TemporaryFolder folder)
    {
        foreach (var name in (string[])["finetune-model", "finetune-trainer", "finetune-supervise"])
        {
            folder.Write($"engines/{name}/{name}{(OperatingSystem.IsWindows() ? ".exe" : "")}", "");
        }

        return new EngineLocator(Options.Create(new EngineOptions { Folder = folder.At("engines") }));
    }
}

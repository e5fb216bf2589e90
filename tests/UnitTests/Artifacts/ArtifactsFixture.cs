using FineTunePipeline.Artifacts;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Fetch;
using FineTunePipeline.Artifacts.Models;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.UnitTests.Artifacts;

/// <summary>Both runners over a real folder store, a scripted engine and a sound job.</summary>
internal sealed class ArtifactsFixture : IDisposable
{
    public ArtifactsFixture()
    {
        Store = new FolderArtifactStore(Folder.At("store"), TimeProvider.System);
        var artifacts = Options.Create(Settings);
        Settings.WorkFolder = Folder.At("inputs");
        var local = Options.Create(new LocalHostOptions { WorkFolder = Folder.At("work") });
        var models = new ModelStore(Store);
        var datasets = new DatasetSources(Store);
        var work = new WorkFolders(artifacts);
        var tokens = new TokenCounter(Host, FakeEngines.In(Folder), local, artifacts);
        Validate = new ValidateJobRunner(Store, models, datasets, tokens, new ResourceCheck(artifacts), work, artifacts, TimeProvider.System);
        Fetch = new FetchArtifactsRunner(Store, models, datasets, work, TimeProvider.System);
        Host.On("tokenize", _ => ScriptedRun.Done(
            """{"samples": 2, "tokens": 20, "trained_tokens": 8, "max_tokens": 12, "over_cutoff": 0, "skipped": [], "skipped_count": 0, "histogram": []}"""));
        Spec = new JobSpec
        {
            Model = TinyModel.Write(Folder.At("model")),
            Dataset = Folder.Write("data.json", """[{"instruction": "Who are you?", "output": "I am {{name}}."}, {"instruction": "a", "output": "b"}]"""),
            Variables = new Dictionary<string, string> { ["name"] = "Ada" },
            Evaluation = new EvaluationSpec { Taught = Folder.Write("taught.jsonl", """{"id": "1", "prompt": "Who are you?", "expect": "{{name}}"}""") },
        };
    }

    public TemporaryFolder Folder { get; } = new();

    public FolderArtifactStore Store { get; }

    public ScriptedHost Host { get; } = new();

    public ArtifactsOptions Settings { get; } = new();

    public ValidateJobRunner Validate { get; }

    public FetchArtifactsRunner Fetch { get; }

    public JobSpec Spec { get; }

    public void Dispose() => Folder.Dispose();
}

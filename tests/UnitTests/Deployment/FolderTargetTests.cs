using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Deployment;
using FineTunePipeline.Deployment.Targets.Folder;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Deployment;

public sealed class FolderTargetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;
    private readonly ScriptedHost _host = new();
    private readonly FolderTarget _target;

    public FolderTargetTests()
    {
        _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);
        _host.On("version", _ => ScriptedRun.Done(FakeEngines.ModelVersion));
        _host.On("modelfile", _ => ScriptedRun.Done("""{"template": "{{ .Prompt }}<|end|>", "stops": ["<|end|>", "a\"b"], "context": 512}"""));
        var local = Options.Create(new LocalHostOptions { WorkFolder = _folder.At("work") });
        _target = new FolderTarget(_store, new ModelDescriptions(_host, FakeEngines.In(_folder), new EngineVersions(FakeEngines.In(_folder)), local));
    }

    [Fact]
    public async Task Writes_file_modelfile_and_instructions()
    {
        await _target.DeployAsync(await RequestAsync(), default);

        Assert.Equal(["Modelfile", "README.md", "ada-q8_0.gguf", "deployment.json"], Names("out"));
        Assert.Equal("gguf bytes", File.ReadAllText(_folder.At("out", "ada-q8_0.gguf")));
        var modelfile = File.ReadAllText(_folder.At("out", "Modelfile"));
        Assert.Equal(
            "FROM ./ada-q8_0.gguf\n\nTEMPLATE \"\"\"{{ .Prompt }}<|end|>\"\"\"\n\n"
            + "PARAMETER stop \"<|end|>\"\nPARAMETER stop \"a\\\"b\"\nPARAMETER num_ctx 512\n",
            modelfile);
        var readme = File.ReadAllText(_folder.At("out", "README.md"));
        Assert.Contains("ollama create ada -f Modelfile", readme, StringComparison.Ordinal);
        Assert.Contains("""-d '{"messages": [{"role": "user", "content": "Who are you?"}]}'""", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_the_template_to_ollama_when_the_engine_cannot_put_it()
    {
        _host.On("modelfile", _ => ScriptedRun.Failed(2, """{"error": {"code": "wrong_usage", "message": "no such verb"}}"""));

        await _target.DeployAsync(await RequestAsync(), default);

        Assert.Equal("FROM ./ada-q8_0.gguf\n", File.ReadAllText(_folder.At("out", "Modelfile")));
    }

    [Fact]
    public async Task Refuses_a_folder_that_holds_other_files()
    {
        _folder.Write("out/thesis.txt", "precious");

        var failure = await FailAsync(await RequestAsync());

        Assert.Equal("folder_foreign", failure.Failure.Code);
        Assert.Equal(["thesis.txt"], Names("out"));
    }

    [Fact]
    public async Task Replaces_what_it_deployed_before()
    {
        await _target.DeployAsync(await RequestAsync(), default);
        await _target.DeployAsync(await RequestAsync(text: "newer bytes", attempt: 2), default);

        Assert.Equal("newer bytes", File.ReadAllText(_folder.At("out", "ada-q8_0.gguf")));
        Assert.Equal(["engines", "out", "store"], Names("."));
    }

    [Fact]
    public async Task Entered_again_changes_nothing()
    {
        var request = await RequestAsync();
        await _target.DeployAsync(request, default);
        await _target.DeployAsync(request, default);

        Assert.Single(_host.Calls, call => call.Verb == "modelfile");
    }

    [Fact]
    public async Task Leaves_nothing_behind_when_the_engine_fails()
    {
        _host.On("modelfile", _ => ScriptedRun.Failed(139, "crash"));

        await FailAsync(await RequestAsync());

        Assert.Equal(["engines", "store"], Names("."));
    }

    [Fact]
    public async Task Says_what_to_do_about_a_folder_that_cannot_be_written()
    {
        var file = _folder.Write("file", "");

        var failure = await FailAsync(await RequestAsync(folder: Path.Combine(file, "below")));

        Assert.Equal("folder_unwritable", failure.Failure.Code);
    }

    [Fact]
    public async Task Cancel_removes_what_this_attempt_wrote_and_nothing_newer()
    {
        await _target.DeployAsync(await RequestAsync(attempt: 2), default);
        await _target.RemoveAsync(await RequestAsync(attempt: 1), default);
        Assert.True(Directory.Exists(_folder.At("out")));

        await _target.RemoveAsync(await RequestAsync(attempt: 2), default);
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Theory]
    [InlineData("Ada / 1", "ada---1")]
    [InlineData("小星", "finetuned")]
    public void Gives_ollama_a_name_that_it_takes(string modelName, string expected) => Assert.Equal(expected, Instructions.OllamaName(modelName));

    public void Dispose() => _folder.Dispose();

    private string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(_folder.At(folder)).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private Task<StageException> FailAsync(DeployRequest request) => Assert.ThrowsAsync<StageException>(() => _target.DeployAsync(request, default));

    private async Task<DeployRequest> RequestAsync(string text = "gguf bytes", int attempt = 1, string? folder = null)
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var stored = await _store.PutAsync(bytes, default);
        return new DeployRequest
        {
            JobId = "ftjob-00000000000000000000000000000001",
            Attempt = attempt,
            Spec = new DeploySpec { Target = "folder", Folder = folder ?? _folder.At("out") },
            File = new GgufOutput("q8_0", "ada-q8_0.gguf", stored),
            ModelName = "ada",
        };
    }
}

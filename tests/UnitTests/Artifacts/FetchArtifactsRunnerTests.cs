using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.UnitTests.Evaluation;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class FetchArtifactsRunnerTests : IDisposable
{
    private readonly ArtifactsFixture _fixture = new();

    [Fact]
    public async Task Brings_model_data_and_questions_into_the_store()
    {
        _fixture.Folder.Write("model/.git", "no");
        _fixture.Folder.Write("model/LICENSE", "MIT");

        var inputs = (await RunAsync(_fixture.Spec)).Inputs;

        var model = await _fixture.Store.LoadManifestAsync(inputs.KnownModel, default);
        Assert.Equal("model", model.Kind);
        Assert.Equal(["LICENSE", "chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json"], model.Files.Select(file => file.Path));
        Assert.All(model.Files, file => Assert.StartsWith("file:", file.Source, StringComparison.Ordinal));
        var data = await _fixture.Store.MaterializeAsync(inputs.Dataset, _fixture.Folder.At("back"), default);
        Assert.Equal(["data.json", "dataset_info.json"], data.Files.Select(file => file.Path));
        Assert.Contains("I am Ada.", File.ReadAllText(_fixture.Folder.At("back", "data.json")), StringComparison.Ordinal);
        Assert.Equal("data", inputs.DatasetNames);
        await _fixture.Store.DownloadAsync(inputs.Questions["taught"].Sha256, _fixture.Folder.At("taught-back"), default);
        Assert.Equal("""{"id": "1", "prompt": "Who are you?", "expect": "Ada"}""", File.ReadAllText(_fixture.Folder.At("taught-back")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fixture.Settings.WorkFolder));
    }

    [Fact]
    public async Task Entered_again_gives_the_same_digests()
    {
        var first = (await RunAsync(_fixture.Spec)).Inputs;
        var second = (await RunAsync(_fixture.Spec)).Inputs;

        Assert.Equal((first.Model, first.Dataset), (second.Model, second.Dataset));
    }

    [Fact]
    public async Task What_lies_there_now_is_what_counts()
    {
        var first = (await RunAsync(_fixture.Spec)).Inputs;
        _fixture.Folder.Write("model/chat_template.jinja", "{{ other }}");

        Assert.NotEqual(first.Model, (await RunAsync(_fixture.Spec)).Inputs.Model);
    }

    [Fact]
    public async Task Takes_an_uploaded_model_as_it_is()
    {
        var model = await _fixture.Store.PutFolderAsync(_fixture.Spec.Model, "model", default);

        Assert.Equal(model, (await RunAsync(_fixture.Spec with { Model = model.ToUri() })).Inputs.Model);
    }

    [Fact]
    public async Task Leaves_a_model_on_the_host_where_it_is()
    {
        var inputs = (await RunAsync(_fixture.Spec with { Model = "host:/root/autodl-tmp/model" })).Inputs;

        Assert.Null(inputs.Model);
        Assert.Equal("data", inputs.DatasetNames);
    }

    [Fact]
    public async Task Says_which_input_has_gone_since_the_validation()
    {
        File.Delete(_fixture.Spec.Dataset);
        File.Delete(Path.Combine(_fixture.Spec.Model, "tokenizer.json"));

        var failure = StageFailures.Of(Stage.Fetch, await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(_fixture.Spec)));

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.StartsWith("2 things must be changed:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetches_a_job_without_questions() =>
        Assert.Empty((await RunAsync(_fixture.Spec with { Evaluation = new EvaluationSpec() })).Inputs.Questions);

    public void Dispose() => _fixture.Dispose();

    private async Task<ArtifactsFetched> RunAsync(JobSpec spec) => Assert.IsType<ArtifactsFetched>(
        await _fixture.Fetch.RunAsync(
            new FetchArtifacts { JobId = "ftjob-00000000000000000000000000000001", Attempt = 1, Spec = spec }, new AttemptContext(), default));
}

using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Hosts.Pool;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>Whole jobs with LLaMA-Factory on rented hosts.</summary>
public sealed class LlamaFactoryJobTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PoolHome? _home;

    private PoolHome Home => _home!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_home is not null)
        {
            await _home.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_trains_answers_and_becomes_a_GGUF_file()
    {
        await StartAsync(LlamaFactoryTool.In(_folder.Path));
        var host = await Home.AddAsync("gpu-1");
        var evaluation = new EvaluationSpec { Taught = SmallJob.InRepository("examples", "demo", "questions", "taught.jsonl"), MaxNewTokens = 8 };

        var job = await Home.Gateway.RunAsync(Job(SmallJob.Spec with { Evaluation = evaluation }, """{"optim": "adamw_torch", "packing": false}"""));

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        Assert.Contains(job.Result!.Files, file => file.Kind == "gguf");
        Assert.NotNull(job.Result.Evaluation);
        var provenance = (await Home.Gateway.ResultJsonAsync(job.Id, "provenance.json")).GetRawText();
        Assert.Contains(LlamaFactoryTool.VersionWords, provenance);
        Assert.Contains("llamafactory-cli", provenance);
        Assert.Empty(host.Leftovers());
        Assert.Empty(host.Processes());
    }

    [Fact]
    public async Task Its_host_is_taken_and_the_next_one_goes_on_to_the_same_adapter()
    {
        await StartAsync(LlamaFactoryTool.In(_folder.Path));
        var first = await Home.AddAsync("first", "--price", "1");
        await Home.AddAsync("second", "--price", "2");
        var spec = Job(SmallJob.Long(steps: 40, saveSteps: 5));
        var jobId = await Home.Gateway.SubmitAsync(spec);
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint");

        await first.TakeAsync();
        var interrupted = await Home.Gateway.EndAsync(jobId);
        var whole = await Home.Gateway.RunAsync(spec);

        Assert.True(interrupted.State == JobState.Succeeded, interrupted.Failure?.Message);
        Assert.True(whole.State == JobState.Succeeded, whole.Failure?.Message);
        Assert.Contains(await Home.Gateway.HistoryAsync(jobId), stored => stored.Change?.Message.StartsWith("Training goes on from step", StringComparison.Ordinal) == true);
        Assert.Equal(await WeightsAsync(whole), await WeightsAsync(interrupted));
    }

    [Fact]
    public async Task A_host_without_it_is_told_how_to_get_it()
    {
        await StartAsync(_folder.At("nowhere", "llamafactory-cli"));
        await Home.AddAsync("gpu-1");

        var jobId = await Home.Gateway.SubmitAsync(Job(SmallJob.Shortest));

        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("gpu-1 (trainer: there is no llamafactory-cli", waiting.Message, StringComparison.Ordinal);
        Assert.Contains("pip install llamafactory", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ends_it_is_told_in_a_sentence()
    {
        await StartAsync(LlamaFactoryTool.ThatFails(_folder.Path, EnginePath.TestData("llamafactory", "errors", "err_template.txt"), exitCode: 1));
        await Home.AddAsync("gpu-1");

        var job = await Home.Gateway.RunAsync(Job(SmallJob.Shortest));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal("training_refused", job.Failure!.Code);
        Assert.Contains("Template nope does not exist.", job.Failure.Message);
    }

    private async Task StartAsync(string tool) => _home = await PoolHome.StartAsync(LlamaFactoryTool.Settings(tool));

    private static JobSpec Job(JobSpec spec, string keys = "{}") => PoolHome.OnHost(spec) with
    {
        Provider = new ProviderSpec { Name = "ssh", Trainer = TrainerNames.LlamaFactory },
        Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(keys)!,
    };

    private async Task<byte[]> WeightsAsync(JobView job)
    {
        var folder = _folder.At("got", job.Id);
        await Home.FinetuneAsync("get", job.Id, folder);
        return await File.ReadAllBytesAsync(Directory.EnumerateFiles(folder, "adapter_model.safetensors", SearchOption.AllDirectories).Single());
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>What a person does with <c>finetune</c> against a running Standalone.</summary>
public sealed class CommandLineTests(ServedHome home) : IClassFixture<ServedHome>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_model_that_is_not_the_demos_is_taught_fetched_and_talked_to()
    {
        var submitted = await FinetuneAsync("submit", EnginePath.TestData("jobs", "bike-shop", "job.yaml"), "--watch");
        Assert.True(submitted.ExitCode == 0, submitted.Output + submitted.Diagnostics);
        var jobs = await FinetuneAsync("list", "--json");
        var jobId = JsonElement.Parse(jobs.Output).GetProperty("jobs").EnumerateArray().Single(job => job.GetProperty("name").GetString() == "bike-shop").GetProperty("id").GetString()!;

        Assert.Equal(0, (await FinetuneAsync("get", jobId, _folder.Path)).ExitCode);
        var files = (await home.Gateway.ShowAsync(jobId)).Result!.Files;
        Assert.Contains(files, file => file.Kind == "provenance");
        foreach (var gguf in files.Where(file => file.Kind == "gguf"))
        {
            Assert.Equal(gguf.Artifact.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(_folder.File(gguf.Path)))));
        }

        var logs = await FinetuneAsync("logs", jobId, "--json");
        Assert.Equal((await home.Gateway.HistoryAsync(jobId)).Select(stored => stored.Sequence), logs.Lines.Select(line => line.GetProperty("sequence").GetInt64()));

        var answer = await FinetuneAsync("chat", jobId, "What colour is the door?");
        Assert.Equal((0, "The door is green."), (answer.ExitCode, answer.Output.Trim()));
    }

    [Fact]
    public async Task A_job_in_training_is_watched_and_cancelled()
    {
        var submitted = await FinetuneAsync("submit", InJobFile(SmallJob.Long(steps: 2000, saveSteps: 1000)));
        var jobId = submitted.Output.Trim().Split('\n')[^1];
        var watched = FinetuneAsync("watch", jobId);
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");

        Assert.Equal(0, (await FinetuneAsync("cancel", jobId)).ExitCode);

        var watch = await watched;
        Assert.Equal(1, watch.ExitCode);
        Assert.Contains("cancelled", watch.Output, StringComparison.Ordinal);
        var job = await home.Gateway.ShowAsync(jobId);
        Assert.Equal((JobState.Cancelled, Stage.Train), (job.State, job.Stage));
        Assert.DoesNotContain(home.Processes(), process => process.Is("finetune-trainer"));
    }

    public void Dispose() => _folder.Dispose();

    private string InJobFile(JobSpec spec) => _folder.Write("job.json", JsonSerializer.Serialize(spec, Contracts.ContractJson.Options));

    private async Task<EngineResult> FinetuneAsync(params string[] arguments) =>
        await ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", (await home.Program.AddressAsync()).ToString()]);
}

using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>Whole jobs with LLaMA-Factory on rented hosts.</summary>
public sealed class LlamaFactoryJobTests : LlamaFactoryHome
{
    [Fact]
    public async Task A_job_trains_answers_and_becomes_a_GGUF_file()
    {
        await StartAsync(LlamaFactoryTool.In(Folder.Path));
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
        await StartAsync(LlamaFactoryTool.In(Folder.Path));
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
    public async Task Pairs_of_answers_train_some_layers_and_become_a_GGUF_file()
    {
        await StartAsync(LlamaFactoryTool.In(Folder.Path));
        await Home.AddAsync("gpu-1");
        var pairs = Enumerable.Range(0, 24).Select(number => JsonSerializer.Serialize(new { instruction = $"Who is {number}?", chosen = $"It is {number}.", rejected = "Nobody." }));
        var spec = SmallJob.Spec with { Dataset = Folder.Write("pairs.jsonl", string.Join('\n', pairs)), Stage = TrainingStage.Dpo, Method = FineTuningMethod.Freeze };

        var job = await Home.Gateway.RunAsync(Job(spec, """{"pref_beta": 0.2, "freeze_trainable_layers": 1}"""));

        if (LlamaFactoryTool.IsOurOwn)
        {
            Assert.Equal(JobState.Failed, job.State);
            Assert.Contains("freeze", job.Failure!.Message);
            return;
        }

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message + "\n" + job.Failure?.Evidence);
        Assert.Contains(job.Result!.Files, file => file.Kind == "gguf");
        Assert.Contains(job.Result.Files, file => file.Kind == "model");
    }

    [Fact]
    public async Task Its_host_is_taken_and_the_next_one_ends_with_the_best_checkpoint_of_the_first()
    {
        Assert.SkipWhen(LlamaFactoryTool.IsOurOwn, "Our own trainer knows no best checkpoint: LlamaFactoryBestTests hold that it refuses.");
        await StartAsync(LlamaFactoryTool.In(Folder.Path));
        var first = await Home.AddAsync("first", "--price", "1");
        await Home.AddAsync("second", "--price", "2");
        var settings = SmallJob.Long(steps: 60, saveSteps: 5).Hyperparameters;

        // So fast that the evaluation loss soon rises.
        settings = settings with { LearningRate = 0.05, LrSchedulerType = "constant", WarmupRatio = 0, ValSize = 0.2, EarlyStoppingSteps = 4, LoadBestModelAtEnd = true };
        var spec = Job(SmallJob.Shortest with { Hyperparameters = settings });
        var whole = await Home.Gateway.RunAsync(spec);
        Assert.True(whole.State == JobState.Succeeded, whole.Failure?.Message);
        var expected = await TrainingAsync(whole);

        var jobId = await Home.Gateway.SubmitAsync(spec);
        await Home.Gateway.EventAsync(jobId, stored => stored.Type == "checkpoint" && stored.Data.GetProperty("step").GetInt32() > expected.GetProperty("best_step").GetInt32());
        await first.TakeAsync();
        var interrupted = await Home.Gateway.EndAsync(jobId);

        Assert.True(interrupted.State == JobState.Succeeded, interrupted.Failure?.Message);
        var training = await TrainingAsync(interrupted);
        Assert.True(training.GetProperty("from_step").GetInt32() > 0);
        foreach (var name in new[] { "steps", "planned_steps", "best_step", "best_loss", "result_of_step", "ending" })
        {
            Assert.Equal(expected.GetProperty(name).GetRawText(), training.GetProperty(name).GetRawText());
        }

        Assert.StartsWith("4 evaluations in a row", training.GetProperty("ending").GetString());
        Assert.True(training.GetProperty("result_of_step").GetInt32() < training.GetProperty("steps").GetInt32());
        Assert.Equal(await WeightsAsync(whole), await WeightsAsync(interrupted));
    }

    [Fact]
    public async Task A_host_without_it_is_told_how_to_get_it()
    {
        await StartAsync(Folder.At("nowhere", "llamafactory-cli"));
        await Home.AddAsync("gpu-1");

        var jobId = await Home.Gateway.SubmitAsync(Job(SmallJob.Shortest));

        var waiting = await Home.Gateway.UntilAsync(jobId, job => job.State == JobState.WaitingForYou, "a wish to its person");
        Assert.Contains("gpu-1 (trainer: there is no llamafactory-cli", waiting.Message, StringComparison.Ordinal);
        Assert.Contains("pip install llamafactory", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ends_it_is_told_in_a_sentence()
    {
        await StartAsync(LlamaFactoryTool.ThatFails(Folder.Path, EnginePath.TestData("llamafactory", "errors", "err_template.txt"), exitCode: 1));
        await Home.AddAsync("gpu-1");

        var job = await Home.Gateway.RunAsync(Job(SmallJob.Shortest));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal("training_refused", job.Failure!.Code);
        Assert.Contains("Template nope does not exist.", job.Failure.Message);
    }

    private Task StartAsync(string tool) => StartAsync(LlamaFactoryTool.Settings(tool));

    /// <summary>The statement of the training that came to its end.</summary>
    private async Task<JsonElement> TrainingAsync(JobView job)
    {
        var provenance = await Home.Gateway.ResultJsonAsync(job.Id, "provenance.json");
        return provenance.GetProperty("history").EnumerateArray()
            .Select(moment => moment.TryGetProperty("statement", out var statement) ? statement : default)
            .Last(statement => statement.ValueKind == JsonValueKind.Object && statement.TryGetProperty("planned_steps", out _));
    }

    private async Task<byte[]> WeightsAsync(JobView job)
    {
        var folder = Folder.At("got", job.Id);
        await Home.FinetuneAsync("get", job.Id, folder);
        return await File.ReadAllBytesAsync(Directory.EnumerateFiles(folder, "adapter_model.safetensors", SearchOption.AllDirectories).Single());
    }
}

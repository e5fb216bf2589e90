using System.Net;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A paused job holds nothing, goes on where it was, and ends as if it had not been paused.</summary>
public sealed class PauseTests(ServedHome home) : IClassFixture<ServedHome>
{
    /// <summary>Checkpoints are far apart: what a pause keeps, the trainer saved because of it.</summary>
    private static readonly JobSpec Job = SmallJob.Long(steps: 300, saveSteps: 1000);

    [Fact]
    public async Task Paused_in_training_it_holds_nothing_and_goes_on_from_the_step_at_which_it_stopped_to_the_same_result()
    {
        var plain = await home.Gateway.RunAsync(Job);
        Assert.True(plain.State == JobState.Succeeded, plain.Failure?.Message);
        var jobId = await home.Gateway.SubmitAsync(Job);
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress" && stored.Data.GetProperty("step").GetInt32() > 20);

        Assert.Equal(0, (await FinetuneAsync("pause", jobId)).ExitCode);

        var paused = await home.Gateway.UntilAsync(jobId, job => job.State == JobState.Paused, "a rest");
        Assert.Equal($"Paused, as you asked. Go on: finetune resume {jobId}", paused.Message);
        await home.AssertNothingLeftAsync();
        var kept = (await home.Gateway.HistoryAsync(jobId)).Last(stored => stored.Type == "checkpoint").Data.GetProperty("step").GetInt32();
        Assert.InRange(kept, 21, 299);
        using (var again = await home.Gateway.PauseAsync(jobId))
        {
            Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        }

        Assert.Equal(0, (await FinetuneAsync("resume", jobId)).ExitCode);
        var job = await home.Gateway.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        await home.Gateway.EventAsync(jobId, stored => stored.Change?.Message == $"Training goes on from step {kept}");
        Assert.Equal(await WeightsAsync(plain.Id), await WeightsAsync(jobId));
        Assert.Equal(["adapter", "evaluation", "provenance"], job.Result!.Files.Select(file => file.Kind).Order());
        var history = (await home.Gateway.ResultJsonAsync(jobId, "provenance.json")).GetProperty("history").EnumerateArray()
            .Where(moment => moment.GetProperty("stage").GetString() == "job").Select(moment => moment.GetProperty("what").GetString());
        Assert.Equal(["submitted", "pausing", "paused", "went_on"], history);
    }

    [Fact]
    public async Task Paused_in_evaluation_it_evaluates_again_and_has_each_file_once()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Shortest with
        {
            Evaluation = new EvaluationSpec { Taught = SmallJob.InRepository("examples", "demo", "questions", "taught.jsonl"), MaxNewTokens = 16 },
        });
        await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/evaluate-1");
        using (await home.Gateway.PauseAsync(jobId))
        {
            await home.Gateway.UntilAsync(jobId, job => job.State == JobState.Paused, "a rest");
        }

        await home.AssertNothingLeftAsync();
        using (await home.Gateway.ResumeAsync(jobId))
        {
            var job = await home.Gateway.EndAsync(jobId);
            Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
            Assert.Equal(job.Result!.Files.Select(file => file.Path).Distinct(), job.Result.Files.Select(file => file.Path));
        }
    }

    [Fact]
    public async Task What_has_ended_is_neither_paused_nor_resumed_and_a_rest_can_be_cancelled()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Shortest);
        await home.Gateway.StageAsync(jobId, Stage.Validate);
        using (await home.Gateway.PauseAsync(jobId))
        {
            await home.Gateway.UntilAsync(jobId, job => job.State == JobState.Paused, "a rest");
        }

        using (var bad = await home.Gateway.ResumeAsync(jobId, new { budget_total = -1 }))
        {
            Assert.Equal((HttpStatusCode.BadRequest, "budget_total"), (bad.StatusCode, (await DetailAsync(bad))[..12]));
        }

        using (await home.Gateway.CancelAsync(jobId))
        {
            Assert.Equal(JobState.Cancelled, (await home.Gateway.EndAsync(jobId)).State);
        }

        using var pause = await home.Gateway.PauseAsync(jobId);
        using var resume = await home.Gateway.ResumeAsync(jobId);
        Assert.Equal((HttpStatusCode.Conflict, $"The job {jobId} was cancelled: there is nothing to pause."), (pause.StatusCode, await DetailAsync(pause)));
        Assert.Equal(
            (HttpStatusCode.Conflict, $"The job {jobId} was cancelled, and only a paused job goes on. Submit it again: `finetune submit`."),
            (resume.StatusCode, await DetailAsync(resume)));
    }

    private static async Task<string> DetailAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("detail").GetString()!;

    private async Task<string> WeightsAsync(string jobId)
    {
        var answer = await FinetuneAsync("get", jobId, Path.Combine(home.Folder, "got", jobId), "--json");
        Assert.True(answer.ExitCode == 0, answer.Diagnostics);
        var weights = Directory.EnumerateFiles(Path.Combine(home.Folder, "got", jobId), "adapter_model.safetensors", SearchOption.AllDirectories).Single();
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(weights)));
    }

    private async Task<EngineResult> FinetuneAsync(params string[] arguments) =>
        await ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", (await home.Program.AddressAsync()).ToString()]);
}

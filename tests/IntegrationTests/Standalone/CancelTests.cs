using System.Net;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.ModelTools;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>A cancelled job ends as cancelled, whatever it was doing, and nothing of it goes on.</summary>
public sealed class CancelTests(ServedHome home) : IClassFixture<ServedHome>, IDisposable
{
    private static readonly JobSpec Questioned = SmallJob.Shortest with
    {
        Evaluation = new EvaluationSpec { Taught = SmallJob.InRepository("examples", "demo", "questions", "taught.jsonl"), MaxNewTokens = 16 },
    };

    private readonly TemporaryFolder _files = new();

    [Fact]
    public async Task In_validation()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec);
        var counter = await home.ProcessAsync("finetune-model", "tokenize", jobId);
        await StandaloneProgram.SignalAsync(counter.Pid, "STOP");

        await AssertCancelledAsync(jobId, Stage.Validate);
    }

    [Fact]
    public async Task In_fetch()
    {
        // Large enough that copying it can be disturbed; the file holds no data, its copy is never finished.
        var model = _files.File("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(SmallJob.Spec.Model))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        using (var licence = new FileStream(Path.Combine(model, "LICENSE"), FileMode.Create))
        {
            licence.SetLength(250 << 20);
        }

        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec with { Model = model });
        await home.Gateway.StageAsync(jobId, Stage.Fetch);

        await AssertCancelledAsync(jobId, Stage.Fetch);
    }

    [Fact]
    public async Task In_provision()
    {
        string jobId;
        await using (await LockDatabaseAsync("provisioning"))
        {
            // The command waits for the database, and the wish to cancel comes behind it.
            jobId = await home.Gateway.SubmitAsync(SmallJob.Spec);
            await home.Gateway.StageAsync(jobId, Stage.Provision);
            using var answer = await home.Gateway.CancelAsync(jobId);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await AssertCancelledAsync(jobId, Stage.Provision);
    }

    [Fact]
    public async Task In_prepare()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec);
        await home.Gateway.StageAsync(jobId, Stage.Prepare);

        await AssertCancelledAsync(jobId, Stage.Prepare);
    }

    [Fact]
    public async Task In_training_and_the_next_job_succeeds_and_can_no_longer_be_cancelled()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Long(steps: 5000, saveSteps: 1000));
        await home.Gateway.EventAsync(jobId, stored => stored.Type == "progress");

        await AssertCancelledAsync(jobId, Stage.Train);

        var next = await home.Gateway.RunAsync(SmallJob.Shortest);
        Assert.True(next.State == JobState.Succeeded, next.Failure?.Message);
        using var refused = await home.Gateway.CancelAsync(next.Id);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("has succeeded already: nothing of it runs that could be cancelled", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await home.Gateway.ShowAsync(next.Id)).State);
    }

    [Fact]
    public async Task Between_two_attempts()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Long(steps: 5000, saveSteps: 1000));
        foreach (var attempt in (int[])[1, 2])
        {
            var trainer = await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/train-{attempt}");
            await StandaloneProgram.SignalAsync(trainer.Pid, "KILL");
        }

        // The second wait is five seconds.
        await home.Gateway.EventAsync(jobId, stored => stored.Change?.Message.EndsWith("again in 5 s", StringComparison.Ordinal) == true);

        await AssertCancelledAsync(jobId, Stage.Train);
        Assert.DoesNotContain(await home.Gateway.HistoryAsync(jobId), stored => stored.Change is { Stage: Stage.Train, Attempt: > 2 });
    }

    [Fact]
    public async Task In_evaluation()
    {
        var jobId = await home.Gateway.SubmitAsync(Questioned);
        await home.ProcessAsync("finetune-trainer", "train", $"{jobId}/evaluate-1");

        await AssertCancelledAsync(jobId, Stage.Evaluate);
    }

    [Fact]
    public async Task In_conversion()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec);
        await home.ProcessAsync("finetune-model", "merge", $"{jobId}/convert-1");

        await AssertCancelledAsync(jobId, Stage.Convert);
    }

    [Fact]
    public async Task In_deployment_although_the_model_server_hangs()
    {
        var jobId = await home.Gateway.SubmitAsync(SmallJob.Spec with { Deploy = new DeploySpec { Target = "embedded" } });
        var server = await home.ProcessAsync("finetune-model", "serve", "/served/");
        await StandaloneProgram.SignalAsync(server.Pid, "STOP");

        await AssertCancelledAsync(jobId, Stage.Deploy);
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Cancels, twice and once more after the end, and looks for what is left.</summary>
    private async Task AssertCancelledAsync(string jobId, Stage stage)
    {
        foreach (var _ in (int[])[1, 2])
        {
            using var answer = await home.Gateway.CancelAsync(jobId);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        var job = await home.Gateway.EndAsync(jobId);

        Assert.Equal((JobState.Cancelled, stage), (job.State, job.Stage));
        Assert.Null(job.Failure);
        await home.AssertNothingLeftAsync();
        await AssertReleasedAsync(jobId);
        var changes = (await home.Gateway.HistoryAsync(jobId)).Count;
        using var again = await home.Gateway.CancelAsync(jobId);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(JobState.Cancelled, (await home.Gateway.ShowAsync(jobId)).State);
        Assert.Equal(changes, (await home.Gateway.HistoryAsync(jobId)).Count);
    }

    /// <summary>Every lease that was taken was given back, and both stand in the account of the job.</summary>
    private async Task AssertReleasedAsync(string jobId)
    {
        await GatewayCalls.UntilAsync(async () => (await home.Gateway.ShowAsync(jobId)).Result?.Provenance is not null, () => "the provenance");
        var history = (await home.Gateway.ResultJsonAsync(jobId, "provenance.json")).GetProperty("history").EnumerateArray().ToList();
        int Count(string stage) => history.Count(moment => Is(moment, "stage", stage) && Is(moment, "what", "succeeded"));
        Assert.Equal(Count("provision"), Count("release"));
        Assert.Contains(history, moment => Is(moment, "what", "cancelled"));
    }

    private static bool Is(JsonElement moment, string key, string value) => moment.GetProperty(key).GetString() == value;

    /// <summary>Holds the write lock of a service's database, so that its stages come to a stand.</summary>
    private async Task<SqliteConnection> LockDatabaseAsync(string service)
    {
        var database = new SqliteConnection($"Data Source={Path.Combine(home.Folder, "data", service + ".db")};Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return database;
    }
}

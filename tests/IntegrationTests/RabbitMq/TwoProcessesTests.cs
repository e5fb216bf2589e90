using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.RabbitMq;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>One process that knows the job, another that does the work, one data folder and a real broker between them.</summary>
public sealed class TwoProcessesTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>, IDisposable
{
    private const int Steps = 200;
    private static readonly string[] Knowing = ["serve", "--services", "gateway,orchestrator", "--urls", "http://127.0.0.1:0"];
    private static readonly string[] Working = ["serve", "--services", "artifacts,provisioning,training,evaluation,conversion,deployment"];
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_job_succeeds_and_leaves_no_message_in_any_queue()
    {
        var settings = TestSettings.Of(broker);
        await using var gateway = StandaloneProgram.Start(_home.Path, Knowing, settings);
        await using var worker = StandaloneProgram.Start(_home.Path, Working, settings);
        using var calls = new GatewayCalls(await gateway.AddressAsync());

        var job = await calls.RunAsync(SmallJob.Spec);

        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{gateway.Said}\n{worker.Said}");
        await AssertOnceAsync(calls, job.Id);
        await GatewayCalls.UntilAsync(
            async () => (await broker.QueuesAsync()).All(queue => queue.Messages == 0), () => $"empty queues\n{gateway.Said}\n{worker.Said}");
        var queues = await broker.QueuesAsync();
        Assert.All(queues, queue => Assert.True(queue is { Type: "classic", Durable: true, Consumers: 1 }, $"{queue}"));
        Assert.Equal(
            ["gateway-hosts", "gateway-parked", "gateway-views", "orchestrator", "orchestrator-hosts", "orchestrator-provenance", "provisioning-hosts", .. Enum.GetNames<Stage>().Select(stage => "stage-" + stage.ToLowerInvariant()).Order()],
            queues.Select(queue => queue.Name).Order());
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(0, await gateway.StopAsync());
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_mid_training_and_started_again_finishes_the_job_in_the_same_attempt()
    {
        var settings = TestSettings.Of(broker);
        await using var gateway = StandaloneProgram.Start(_home.Path, Knowing, settings);
        await using var worker = StandaloneProgram.Start(_home.Path, Working, settings);
        using var calls = new GatewayCalls(await gateway.AddressAsync());
        var jobId = await calls.SubmitAsync(SmallJob.Long(Steps, saveSteps: 20));
        await calls.EventAsync(jobId, stored => stored.Type == "checkpoint");

        await StandaloneProgram.SignalAsync(worker.Pid, "KILL");
        await worker.ExitCodeAsync();
        Assert.Equal(JobState.Running, (await calls.ShowAsync(jobId)).State);
        await using var next = StandaloneProgram.Start(_home.Path, Working, settings);
        var job = await calls.EndAsync(jobId);

        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{gateway.Said}\n{worker.Said}\n{next.Said}");
        await AssertOnceAsync(calls, jobId);
        var steps = (await calls.HistoryAsync(jobId)).Where(stored => stored.Type == "progress").Select(stored => stored.Data.GetProperty("step").GetInt32()).ToList();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(Steps, steps[^1]);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_end_in_mid_training_gives_back_its_claim_and_another_goes_on()
    {
        var settings = TestSettings.Of(broker);
        await using var gateway = StandaloneProgram.Start(_home.Path, Knowing, settings);
        await using var worker = StandaloneProgram.Start(_home.Path, Working, settings);
        using var calls = new GatewayCalls(await gateway.AddressAsync());
        var jobId = await calls.SubmitAsync(SmallJob.Long(Steps, saveSteps: 20));
        await calls.EventAsync(jobId, stored => stored.Type == "checkpoint");

        Assert.Equal(0, await worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        Assert.Equal("Open|free|free", await ClaimAsync());
        await using var next = StandaloneProgram.Start(_home.Path, Working, settings);
        var job = await calls.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{gateway.Said}\n{worker.Said}\n{next.Said}");
        await AssertOnceAsync(calls, jobId);
    }

    /// <summary>State, owner and claim of the one training.</summary>
    private async Task<string> ClaimAsync()
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_home.Path, "data", "training.db")};Pooling=False");
        await database.OpenAsync();
        await using var command = new SqliteCommand("SELECT State || '|' || COALESCE(Owner, 'free') || '|' || COALESCE(ClaimedUntil, 'free') FROM stage_runs", database);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task AssertOnceAsync(GatewayCalls calls, string jobId)
    {
        var changes = (await calls.HistoryAsync(jobId)).Select(stored => stored.Change).OfType<JobChanged>().ToList();
        Assert.NotEmpty(changes);
        Assert.All(changes, change => Assert.True(change.Attempt <= 1, $"A stage needed a second attempt: {change}"));
        var moments = (await calls.ResultJsonAsync(jobId, "provenance.json")).GetProperty("history").EnumerateArray()
            .Where(moment => moment.GetProperty("what").GetString() == "begun").Select(moment => moment.GetProperty("stage").GetString()).ToList();
        Assert.Contains("train", moments);
        Assert.Equal(moments.Distinct(), moments);
    }
}

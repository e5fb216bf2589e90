using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>The best checkpoint by evaluation loss: kept, brought to the next host, and the result.</summary>
public sealed class TrainingBestTests : IDisposable
{
    private static readonly Hyperparameters Settings = new() { PerDeviceTrainBatchSize = 4, ValSize = 0.1, EarlyStoppingSteps = 2, LoadBestModelAtEnd = true };
    private readonly TrainingBench _bench = new();
    private readonly RecordedClaim _claim = new(TrainingJob.Id);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task It_is_committed_with_the_one_that_names_it()
    {
        // Both come between two looks, of which each commits the newest alone.
        _bench.Then(_bench.Silence, () => Save((20, 20), (40, 20)), _bench.Silence, () => Save((60, 20)), _bench.Silence, () => Save((80, 20)), () => _bench.Finish(80, best: 20));

        await _bench.RunAsync(Command(), _claim);

        Assert.Equal([80, 60, 20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task The_next_host_gets_it_and_is_told_where_it_is()
    {
        _bench.Then(_bench.Silence, () => Save((20, 20)), _bench.Silence, () => Save((40, 20)), _bench.Silence, () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(Command(), _claim);

        var next = await NextAttemptAsync(best: 20);

        Assert.Equal(40, Assert.Single(next.Events<TrainingStarted>()).FromStep);
        Assert.Equal("adapter_model.safetensors of step 20", _bench.Host.Text(_bench.Output + "/checkpoint-20/adapter_model.safetensors"));
        var state = JsonDocument.Parse(_bench.Host.Text(_bench.Output + "/checkpoint-40/trainer_state.json")).RootElement;
        Assert.Equal(_bench.Output + "/checkpoint-20", state.GetProperty("best_model_checkpoint").GetString());
    }

    [Fact]
    public async Task A_checkpoint_whose_best_one_is_lost_is_not_gone_on_from()
    {
        _bench.Then(_bench.Silence, () => Save((20, 20)), _bench.Silence, () => Save((40, 20)), _bench.Silence, () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(Command(), _claim);
        var best = await _bench.Store.LoadManifestAsync(_claim.Events<CheckpointCommitted>()[0].Checkpoint, default);
        _bench.Store.Blobs.Remove(best.Files.First(file => file.Path == "adapter_model.safetensors").Sha256, out _);

        _bench.UseAttempt(2);
        var claim = new RecordedClaim(TrainingJob.Id, 2, fence: 9);
        _bench.Then(_bench.Silence, () => Save((60, 60)), () => _bench.Finish(100, best: 60));
        await _bench.RunAsync(Command(attempt: 2), claim);

        Assert.Equal(0, Assert.Single(claim.Events<TrainingStarted>()).FromStep);
        Assert.DoesNotContain(_bench.Host.Files.Keys, path => path.StartsWith(_bench.Output + "/checkpoint-20", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_the_result_and_the_statement_says_why_the_training_ended_early()
    {
        _bench.Then(_bench.Silence, () => Save((20, 20)), _bench.Silence, () => Save((40, 20), (60, 20)), () => _bench.Finish(60, best: 20));

        var done = Assert.IsType<TrainingCompleted>(await _bench.RunAsync(Command(), _claim));

        var statement = await StatementAsync(done);
        Assert.Equal([60, 100, 20, 20], new[] { "steps", "planned_steps", "best_step", "result_of_step" }.Select(name => statement.GetProperty(name).GetInt32()));
        Assert.Equal(0.75, statement.GetProperty("best_loss").GetDouble());
        Assert.Equal("2 evaluations in a row brought no lower evaluation loss (early_stopping_steps)", statement.GetProperty("ending").GetString());
    }

    [Fact]
    public async Task A_result_with_other_weights_is_none()
    {
        _bench.Then(_bench.Silence, () => Save((20, 20)), _bench.Silence, () => Save((100, 20)), () =>
        {
            _bench.Finish(100, best: 20);
            _bench.Host.Write(_bench.Output + "/adapter_model.safetensors", "adapter_model.safetensors of step 100");
        });

        var failure = await _bench.FailureAsync(Command(), _claim);

        Assert.Equal(("result_not_best", FailureKind.Internal), (failure.Code, failure.Kind));
        Assert.Contains("The result has other weights than the checkpoint of step 20, which was the best.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_it_the_last_steps_weights_are_the_result()
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(100), () => _bench.Finish());

        var statement = await StatementAsync(Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim)));

        Assert.Equal((100, "all steps were done"), (statement.GetProperty("result_of_step").GetInt32(), statement.GetProperty("ending").GetString()));
        Assert.False(statement.TryGetProperty("best_step", out _));
    }

    private static StartTraining Command(int attempt = 1) => TrainingJob.Command(attempt, Settings);

    private void Save(params (int Step, int Best)[] checkpoints)
    {
        foreach (var (step, best) in checkpoints)
        {
            _bench.SaveCheckpoint(step, best: best);
        }
    }

    private async Task<RecordedClaim> NextAttemptAsync(int best)
    {
        var claim = new RecordedClaim(TrainingJob.Id, 2, fence: 9);
        _bench.UseAttempt(2);
        _bench.Then(_bench.Silence, () => _bench.Finish(best: best));
        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(Command(attempt: 2), claim));
        return claim;
    }

    private async Task<JsonElement> StatementAsync(TrainingCompleted done)
    {
        await using var stream = await _bench.Store.OpenAsync(done.Statement.Sha256, default);
        return (await JsonDocument.ParseAsync(stream)).RootElement;
    }
}

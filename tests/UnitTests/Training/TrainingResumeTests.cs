using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>What a training finds when it is entered again, and what the next attempt goes on from.</summary>
public sealed class TrainingResumeTests : IDisposable
{
    private readonly TrainingBench _bench = new();
    private readonly RecordedClaim _claim = new(TrainingJob.Id);

    [Fact]
    public async Task Adopts_the_trainer_that_an_earlier_entry_left_running()
    {
        using var gone = new CancellationTokenSource();
        _bench.Then(_bench.Silence, () => _bench.Log(10), gone.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim, gone.Token));
        Assert.Empty(_bench.Host.Stopped);

        _bench.Then(_bench.Silence, () => _bench.Finish());
        var second = _claim.Again(nextFence: 2);
        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), second));

        Assert.Single(_bench.Host.Calls, call => call.Verb == "train");
        Assert.Equal(100, second.Events<TrainingProgressed>()[^1].Step);
    }

    [Fact]
    public async Task Finds_the_result_of_a_trainer_that_ended_while_nobody_looked()
    {
        using var gone = new CancellationTokenSource();
        _bench.Then(_bench.Silence, gone.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim, gone.Token));
        _bench.SaveCheckpoint(60);
        _bench.Finish();
        _bench.Host.BeforeLook = null;

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim.Again(nextFence: 2)));
        Assert.Equal([60], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Theory]
    [InlineData(RunState.Exited, 137)]
    [InlineData(RunState.Vanished, null)]
    public async Task A_killed_trainer_goes_on_from_the_last_committed_checkpoint_in_the_next_attempt(RunState state, int? exitCode)
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), () => _bench.End(state, exitCode));
        var failure = await _bench.FailureAsync(TrainingJob.Command(), _claim);
        Assert.Equal(FailureKind.Transient, failure.Kind);

        var next = await NextAttemptAsync(TrainingJob.Command(attempt: 2));

        Assert.Equal(20, Assert.Single(next.Events<TrainingStarted>()).FromStep);
        Assert.Equal("adapter_model.safetensors of step 20", _bench.Host.Text(_bench.Output + "/checkpoint-20/adapter_model.safetensors"));
        Assert.Contains($"resume_from_checkpoint: \"{_bench.Output}/checkpoint-20\"", _bench.Host.Text(_bench.Output.Replace("/output", "/train.yaml")));
    }

    [Fact]
    public async Task A_host_with_more_cards_trains_the_same_samples_in_each_step()
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(TrainingJob.Command(), _claim);
        var command = TrainingJob.Command(attempt: 2);
        var accumulation = command.Spec.Hyperparameters.GradientAccumulationSteps;

        await NextAttemptAsync(command with
        {
            Spec = command.Spec with { Provider = new ProviderSpec { Name = "ssh", Trainer = TrainerNames.LlamaFactory } },
            Prepared = command.Prepared with { Trainer = new TrainerProgram { FileName = "/tool", Cards = 2 } },
        });

        Assert.Contains($"gradient_accumulation_steps: {accumulation / 2}\n", _bench.Host.Text(_bench.Output.Replace("/output", "/train.yaml")));
    }

    [Fact]
    public async Task What_lies_in_its_output_folder_before_it_starts_is_not_gone_on_from()
    {
        _bench.Host.Write(_bench.Output + "/checkpoint-99/trainer_state.json", "{}");
        _bench.Host.Write(_bench.Output + "/trainer_log.jsonl", "{\"current_steps\": 99, \"total_steps\": 100, \"loss\": 0.0}\n");
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(60), () => _bench.Finish());

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim));

        Assert.Equal([_bench.Output + "/checkpoint-99", _bench.Output + "/trainer_log.jsonl"], _bench.Host.Deleted.Take(2).Order());
        Assert.Equal([60], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task Commits_what_a_killed_trainer_saved_in_its_last_moment()
    {
        _bench.Then(_bench.Silence, () =>
        {
            _bench.SaveCheckpoint(40);
            _bench.End(RunState.Exited, 143);
        });

        await _bench.FailureAsync(TrainingJob.Command(), _claim);

        Assert.Equal([40], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task Begins_anew_when_nothing_was_committed()
    {
        _bench.Then(_bench.Silence, () => _bench.Host.Write(_bench.Output + "/checkpoint-20/optimizer.pt", "half"), () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(TrainingJob.Command(), _claim);

        Assert.Equal(0, Assert.Single((await NextAttemptAsync(TrainingJob.Command(attempt: 2))).Events<TrainingStarted>()).FromStep);
    }

    [Fact]
    public async Task Goes_on_from_an_older_checkpoint_when_the_newest_is_damaged()
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), _bench.Silence, () => _bench.SaveCheckpoint(40), _bench.Silence, () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(TrainingJob.Command(), _claim);
        var newest = await _bench.Store.LoadManifestAsync(_claim.Events<CheckpointCommitted>()[^1].Checkpoint, default);
        _bench.Store.Blobs.Remove(newest.Files.First(file => file.Path == "adapter_model.safetensors").Sha256, out _);

        var next = await NextAttemptAsync(TrainingJob.Command(attempt: 2));

        Assert.Equal(20, Assert.Single(next.Events<TrainingStarted>()).FromStep);
        Assert.DoesNotContain(_bench.Host.Files.Keys, path => path.StartsWith(_bench.Output + "/checkpoint-40", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keeps_the_global_batch_when_a_job_was_made_to_fit_into_memory()
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20, batchSize: 4), () => _bench.End(RunState.Exited, 1, "torch.OutOfMemoryError: CUDA out of memory.\n"));
        Assert.Equal(FailureKind.OutOfMemory, (await _bench.FailureAsync(TrainingJob.Command(), _claim)).Kind);

        await NextAttemptAsync(TrainingJob.Command(2, new Hyperparameters { PerDeviceTrainBatchSize = 2, GradientAccumulationSteps = 16 }));

        var state = JsonDocument.Parse(_bench.Host.Text(_bench.Output + "/checkpoint-20/trainer_state.json")).RootElement;
        Assert.Equal(2, state.GetProperty("train_batch_size").GetInt32());
    }

    [Fact]
    public async Task Stops_a_resumed_training_that_counts_other_steps_than_its_checkpoint()
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), () => _bench.End(RunState.Exited, 137));
        await _bench.FailureAsync(TrainingJob.Command(), _claim);
        _bench.UseAttempt(2);
        _bench.Then(_bench.Silence, () => _bench.Log(21, total: 50));

        var failure = await _bench.FailureAsync(TrainingJob.Command(attempt: 2), new RecordedClaim(TrainingJob.Id, 2, 9));

        Assert.Equal(("resume_mismatch", FailureKind.Internal), (failure.Code, failure.Kind));
        Assert.Contains("train-2", _bench.Host.Stopped.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stores_and_tells_a_checkpoint_once_however_often_it_is_entered_again()
    {
        using var gone = new CancellationTokenSource();
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), _bench.Silence, gone.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim, gone.Token));
        Assert.Equal(20, Assert.Single(_claim.Events<CheckpointCommitted>()).Step);

        _bench.Then(_bench.Silence, _bench.Silence, _bench.Silence, () => _bench.SaveCheckpoint(40), () => _bench.Finish());
        var second = _claim.Again(nextFence: 2);
        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), second));

        Assert.Equal(40, Assert.Single(second.Events<CheckpointCommitted>()).Step);
        Assert.Equal([(40, 2), (20, 1)], (await _bench.CheckpointsAsync()).Select(row => (row.Step, (int)row.Fence)));
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>Runs the next attempt to a good end.</summary>
    private async Task<RecordedClaim> NextAttemptAsync(StartTraining command)
    {
        var claim = new RecordedClaim(TrainingJob.Id, command.Attempt, fence: 9);
        _bench.UseAttempt(command.Attempt);
        _bench.Then(_bench.Silence, () => _bench.Finish());
        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(command, claim));
        return claim;
    }
}

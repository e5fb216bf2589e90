using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.TestKit.Stages;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>A pause ends the trainer after a checkpoint, and the next attempt goes on from there.</summary>
public sealed class TrainingPauseTests : IDisposable
{
    private readonly TrainingBench _bench = new();
    private readonly RecordedClaim _claim = new(TrainingJob.Id);

    [Fact]
    public async Task What_the_trainer_saved_when_it_was_stopped_is_committed_and_the_next_attempt_goes_on_from_it()
    {
        await TrainUntilPausedAsync();
        _bench.SaveCheckpoint(33);

        await EndAsync(_claim);

        Assert.Equal(33, Assert.IsType<CheckpointCommitted>(Assert.Single(_claim.ToldWithOutcome)).Step);
        Assert.Equal([33, 20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
        Assert.DoesNotContain(_bench.Host.Files.Keys, path => path.StartsWith(_bench.Output, StringComparison.Ordinal));
        var next = new RecordedClaim(TrainingJob.Id, attempt: 2, fence: 9);
        _bench.UseAttempt(2);
        _bench.Then(_bench.Silence, () => _bench.Finish());
        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(attempt: 2), next));
        Assert.Equal(33, Assert.Single(next.Events<TrainingStarted>()).FromStep);
    }

    [Fact]
    public async Task Ended_again_by_another_worker_it_commits_what_the_first_did_not_and_nothing_twice()
    {
        await TrainUntilPausedAsync();
        _bench.SaveCheckpoint(33);
        _bench.Host.FailReads = true;
        await Assert.ThrowsAsync<HostUnreachableException>(() => EndAsync(_claim));
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));

        _bench.Host.FailReads = false;
        var second = _claim.Again(nextFence: 2);
        await EndAsync(second);
        var third = _claim.Again(nextFence: 3);
        await EndAsync(third);

        Assert.Equal([(33, 2L), (20, 1L)], (await _bench.CheckpointsAsync()).Select(row => (row.Step, row.Fence)));
        Assert.Single(second.ToldWithOutcome);
        Assert.Empty(third.ToldWithOutcome);
    }

    [Fact]
    public async Task A_worker_that_lost_its_claim_commits_nothing()
    {
        await TrainUntilPausedAsync();
        _bench.SaveCheckpoint(33);
        Close(_claim);
        _bench.Database.Claim(_claim.Again(nextFence: 2), Stage.Train);
        _claim.Keeping = true;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CancelAsync(_claim));

        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task A_store_that_stays_away_costs_the_steps_since_the_last_checkpoint_and_does_not_hold_the_host()
    {
        await TrainUntilPausedAsync();
        _bench.SaveCheckpoint(33);
        _bench.Store.PutFault = new IOException("The store is away.");

        await EndAsync(_claim);

        Assert.Empty(_claim.ToldWithOutcome);
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task A_cancel_does_not_take_the_time_to_keep_anything()
    {
        await TrainUntilPausedAsync();
        _bench.SaveCheckpoint(33);
        Close(_claim);

        await CancelAsync(_claim);

        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
        Assert.Equal([_bench.Options.StopGrace], _bench.Host.Graces);
    }

    [Fact]
    public async Task The_next_checkpoint_of_a_trainer_that_saves_only_by_itself_is_waited_for()
    {
        await TrainUntilPausedAsync();
        _bench.Then(_bench.Silence, _bench.Silence, () => _bench.SaveCheckpoint(40));

        await PauseLlamaFactoryAsync();

        Assert.Equal([40, 20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
        Assert.Equal([_bench.Options.StopGrace], _bench.Host.Graces);
    }

    [Fact]
    public async Task It_is_not_waited_for_longer_than_a_pause_may_cost()
    {
        await TrainUntilPausedAsync();
        _bench.Then(_bench.Silence);
        var began = _bench.Time.GetUtcNow();

        await PauseLlamaFactoryAsync();

        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
        Assert.InRange(_bench.Time.GetUtcNow() - began, _bench.Options.PauseGrace, _bench.Options.PauseGrace + TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task It_is_not_waited_for_when_the_trainer_has_ended()
    {
        await TrainUntilPausedAsync();
        _bench.End(RunState.Exited, 1);
        _bench.Then(_bench.Silence);
        var began = _bench.Time.GetUtcNow();

        await PauseLlamaFactoryAsync();

        Assert.InRange(_bench.Time.GetUtcNow() - began, TimeSpan.Zero, _bench.Options.PauseGrace / 2);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>Trains to a committed checkpoint of step 20, and stops looking because the attempt is to be ended.</summary>
    private async Task TrainUntilPausedAsync()
    {
        using var gone = new CancellationTokenSource();
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), _bench.Silence, gone.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim, gone.Token));
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    /// <summary>Ends the attempt as a pause does.</summary>
    private async Task EndAsync(RecordedClaim claim)
    {
        Close(claim);
        claim.Keeping = true;
        await CancelAsync(claim);
        Assert.Equal(_bench.Options.PauseGrace, _bench.Host.Graces[^1]);
    }

    private async Task PauseLlamaFactoryAsync()
    {
        Close(_claim);
        _claim.Keeping = true;
        var command = TrainingJob.Command();
        await CancelAsync(_claim, command with { Spec = command.Spec with { Provider = new ProviderSpec { Trainer = TrainerNames.LlamaFactory } } });
    }

    private async Task CancelAsync(RecordedClaim claim, StartTraining? command = null) => await _bench.Time.DriveAsync(
        async () =>
        {
            await _bench.Runner().CancelAsync(command ?? TrainingJob.Command(), claim, default);
            return true;
        },
        TimeSpan.FromSeconds(10));

    private void Close(RecordedClaim claim)
    {
        _bench.Database.Claim(claim, Stage.Train);
        using var database = _bench.Database.CreateDbContext();
        database.StageRuns.Single(row => row.Attempt == claim.Attempt).State = StageRunState.Closing;
        database.SaveChanges();
    }
}

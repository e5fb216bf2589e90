using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Stages;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class TrainingRunnerTests : IDisposable
{
    private readonly TrainingBench _bench = new();
    private readonly RecordedClaim _claim = new(TrainingJob.Id);

    [Fact]
    public async Task Trains_tells_progress_commits_checkpoints_and_stores_the_result()
    {
        _bench.Then(_bench.Silence, () => _bench.Log(10, 2), () => _bench.SaveCheckpoint(20), () => _bench.Log(30), () => _bench.Finish());

        var completed = Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim));

        Assert.Equal((100, 0.5, _bench.Output), (completed.Trained.Steps, completed.Trained.FinalLoss, completed.Trained.OutputFolder));
        var manifest = await _bench.Store.VerifyAsync(completed.Trained.Output, default);
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors", "trainer_log.jsonl", "trainer_state.json"], manifest.Files.Select(file => file.Path));
        Assert.Equal(0, Assert.Single(_claim.Events<TrainingStarted>()).FromStep);
        Assert.Equal([10, 30, 100], _claim.Events<TrainingProgressed>().Select(progress => progress.Step));
        Assert.Equal(100, Assert.IsType<TrainingProgressed>(Assert.Single(_claim.ToldWithOutcome)).Step);
        Assert.Equal([20], _claim.Events<CheckpointCommitted>().Select(committed => committed.Step));
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task Its_statement_names_what_was_read_and_made()
    {
        _bench.Then(_bench.Silence, () => _bench.Finish());

        var completed = (TrainingCompleted)await _bench.RunAsync(TrainingJob.Command(), _claim);

        var statement = JsonDocument.Parse(_bench.Store.Blobs[completed.Statement.Sha256]).RootElement;
        Assert.Equal("trainer 1", statement.GetProperty("trainer_version").GetString());
        Assert.Equal("float32", statement.GetProperty("precision").GetString());
        Assert.Equal(completed.Trained.Output.Sha256, statement.GetProperty("output").GetProperty("sha256").GetString());
        var configuration = statement.GetProperty("configuration").GetProperty("sha256").GetString()!;
        Assert.Contains("output_dir: \"" + _bench.Output, Encoding.UTF8.GetString(_bench.Store.Blobs[configuration]));
    }

    [Fact]
    public async Task Starts_the_trainer_that_was_installed_on_the_host()
    {
        var command = TrainingJob.Command();
        _bench.Then(_bench.Silence, () => _bench.Finish());

        await _bench.RunAsync(command with { Prepared = command.Prepared with { EngineFolder = "/engines" } }, _claim);

        Assert.Equal("/engines/finetune-trainer/finetune-trainer", _bench.Host.Calls[0].Command.FileName);
    }

    [Theory]
    [InlineData(null, 3 * 3600)]
    [InlineData(7, 7)]
    [InlineData(0, 1)]
    [InlineData(-60, 1)]
    public async Task Gives_the_trainer_what_is_left_of_the_job_s_time(int? left, int limit)
    {
        var command = TrainingJob.Command() with { Deadline = left is { } seconds ? _bench.Time.GetUtcNow().AddSeconds(seconds) : null };
        _bench.Then(_bench.Silence, () => _bench.Finish());

        await _bench.RunAsync(command with { Spec = command.Spec with { Budget = new BudgetSpec { Deadline = TimeSpan.FromHours(3) } } }, _claim);

        Assert.Equal(TimeSpan.FromSeconds(limit), _bench.Host.Calls[0].Command.TimeLimit);
    }

    [Fact]
    public async Task Exit_code_0_without_a_result_is_no_success()
    {
        _bench.Then(_bench.Silence, () => _bench.Log(100), () => _bench.End(RunState.Exited, 0));
        Assert.Equal("result_missing", (await _bench.FailureAsync(TrainingJob.Command(), _claim)).Code);
    }

    [Fact]
    public async Task Tells_what_the_trainer_refused()
    {
        _bench.Then(_bench.Silence, () => _bench.End(RunState.Exited, 1, "Traceback\nValueError: Template nope does not exist.\n"));

        var failure = await _bench.FailureAsync(TrainingJob.Command(), _claim);

        Assert.Equal(("training_refused", "Template nope does not exist. Set template to auto, or to a name that this version of LLaMA-Factory knows.", FailureKind.BadInput), (failure.Code, failure.Message, failure.Kind));
        Assert.Contains("Traceback", failure.Evidence);
    }

    [Fact]
    public async Task Stops_a_training_that_makes_no_step_and_says_so()
    {
        _bench.Options.NoProgressLimit = TimeSpan.FromMinutes(5);
        _bench.Then(_bench.Silence, () => _bench.Log(10), _bench.Silence);

        var failure = await _bench.FailureAsync(TrainingJob.Command(), _claim);

        Assert.Equal("no_progress", failure.Code);
        Assert.Contains("step 10 of 100", failure.Message);
        Assert.Single(_bench.Host.Stopped);
    }

    [Fact]
    public async Task A_slow_training_is_not_stopped()
    {
        _bench.Options.NoProgressLimit = TimeSpan.FromMinutes(5);
        var step = 0;
        _bench.Then(() =>
        {
            if (_bench.Host.Looks % 250 == 0)
            {
                _bench.Log(++step);
            }

            if (step == 6)
            {
                _bench.Finish();
            }
        });

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim));
        Assert.True(_bench.Time.GetUtcNow() - _bench.Time.Start > TimeSpan.FromMinutes(20));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    public async Task Stops_a_training_that_learns_nothing_and_keeps_the_last_checkpoint(double loss)
    {
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), () => _bench.Log(25), () => _bench.Log(26 + _bench.Host.Looks, loss));

        var failure = await _bench.FailureAsync(TrainingJob.Command(), _claim);

        Assert.Equal(("loss_dead", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Single(_bench.Host.Stopped);
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task Lost_contact_is_not_a_lost_host()
    {
        var looks = 0;
        _bench.Host.BeforeLook = _ =>
        {
            switch (++looks)
            {
                case > 3 and < 200:
                    throw new HostUnreachableException("The connection is gone.");
                case 200:
                    _bench.Finish();
                    break;
            }
        };

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim));
        Assert.Empty(_bench.Host.Stopped);

        // Told once, not at each of two hundred looks.
        Assert.Contains("The connection is gone.", Assert.Single(_bench.WatchLog.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Single(_bench.WatchLog.Of(LogLevel.Information), line => line.Contains("contact to the host again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gives_an_attempt_up_when_contact_stays_lost()
    {
        _bench.Options.NoContactLimit = TimeSpan.FromMinutes(2);
        _bench.Then(_bench.Silence, () => throw new HostUnreachableException("The connection is gone."));

        Assert.Equal(("host_unreachable", FailureKind.Transient), await CodeAsync(TrainingJob.Command(), _claim));
    }

    [Fact]
    public async Task A_runner_that_lost_its_claim_commits_nothing_and_stops_looking()
    {
        _bench.Then(
            _bench.Silence,
            () => _bench.Database.Claim(_claim.Again(nextFence: 2), Stage.Train),
            () => _bench.SaveCheckpoint(20),
            _bench.Silence);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim));

        Assert.Empty(await _bench.CheckpointsAsync());
        Assert.Empty(_claim.Events<CheckpointCommitted>());
        Assert.Empty(_bench.Host.Stopped);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_while_does_not_end_the_training()
    {
        _bench.Then(
            _bench.Silence,
            () =>
            {
                _bench.Store.PutFault = new IOException("The store is away.");
                _bench.SaveCheckpoint(20);
            },
            _bench.Silence,
            () => _bench.Store.PutFault = null,
            _bench.Silence,
            () => _bench.Finish());

        Assert.IsType<TrainingCompleted>(await _bench.RunAsync(TrainingJob.Command(), _claim));
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    [Fact]
    public async Task A_store_that_is_full_at_the_end_is_told_as_such()
    {
        _bench.Then(_bench.Silence, () =>
        {
            _bench.Store.PutFault = new IOException("No space left on device") { HResult = 28 };
            _bench.Finish();
        });

        Assert.Equal(("disk_full", FailureKind.BadInput), await CodeAsync(TrainingJob.Command(), _claim));
    }

    [Fact]
    public async Task Refuses_a_trainer_that_there_is_not()
    {
        var command = TrainingJob.Command();

        var failure = await _bench.FailureAsync(command with { Spec = command.Spec with { Provider = new ProviderSpec { Trainer = "abacus" } } }, _claim);

        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("builtin", failure.Message);
    }

    [Fact]
    public async Task Cancelling_stops_the_trainer_and_leaves_committed_checkpoints()
    {
        using var gone = new CancellationTokenSource();
        _bench.Then(_bench.Silence, () => _bench.SaveCheckpoint(20), _bench.Silence, gone.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.RunAsync(TrainingJob.Command(), _claim, gone.Token));

        await _bench.Runner().CancelAsync(TrainingJob.Command(), _claim, default);
        await _bench.Runner().CancelAsync(TrainingJob.Command(), _claim, default);

        Assert.Equal(2, _bench.Host.Stopped.Count);
        Assert.DoesNotContain(_bench.Host.Files.Keys, path => path.StartsWith(_bench.Output, StringComparison.Ordinal));
        Assert.Equal([20], (await _bench.CheckpointsAsync()).Select(row => row.Step));
    }

    public void Dispose() => _bench.Dispose();

    private async Task<(string Code, FailureKind Kind)> CodeAsync(StartTraining command, RecordedClaim claim)
    {
        var failure = await _bench.FailureAsync(command, claim);
        return (failure.Code, failure.Kind);
    }
}

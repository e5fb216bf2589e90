using System.Globalization;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Stages;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.Training;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Data;
using FineTunePipeline.Training.Trainers.Builtin;
using FineTunePipeline.Training.Trainers.LlamaFactory;
using FineTunePipeline.Training.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

/// <summary>The training runner on a scripted host, with its real database and a clock that is driven.</summary>
internal sealed class TrainingBench : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainingBench()
    {
        Host.On("-Pk", _ => ScriptedRun.Done("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100000000 1 99999999 1% /"));
        Host.On("train", _ => ScriptedRun.Running());
    }

    public ScriptedHost Host { get; } = new();

    public MemoryArtifactStore Store { get; } = new();

    public DrivenTime Time { get; } = new();

    public TestDatabase<TrainingDbContext> Database { get; } = new(options => new TrainingDbContext(options));

    public TrainingOptions Options { get; } = new();

    public string Output { get; private set; } = "/work/" + TrainingJob.Id + "/train-1/output";

    private string Run => Output.Replace("/output", "/train", StringComparison.Ordinal);

    /// <summary>Folders of another attempt from here on.</summary>
    public void UseAttempt(int attempt) => Output = $"/work/{TrainingJob.Id}/train-{attempt.ToString(CultureInfo.InvariantCulture)}/output";

    /// <summary>What happens on the host before the n-th look from here on, n from 1; the last one repeats.</summary>
    public void Then(params Action[] moments)
    {
        var first = Host.Looks;
        Host.BeforeLook = look => moments[Math.Min(look - first, moments.Length) - 1]();
    }

    public async Task<IStageEvent> RunAsync(StartTraining command, RecordedClaim claim, CancellationToken cancellationToken = default)
    {
        Database.Claim(claim, Stage.Train);
        return await Time.DriveAsync(() => Runner().RunAsync(command, claim, cancellationToken), Options.LookEvery);
    }

    /// <summary>What a run that does not end well tells the saga.</summary>
    public async Task<Failure> FailureAsync(StartTraining command, RecordedClaim claim) =>
        StageFailures.Of(Stage.Train, await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(command, claim)));

    /// <summary>What the watch of runs tells.</summary>
    internal RecordedLog<TrainingWatch> WatchLog { get; } = new();

    public TrainingRunner Runner()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var archive = new CheckpointArchive(new CheckpointTable(Database, Database.Writes), Store, Time, NullLogger<CheckpointArchive>.Instance);
        return new TrainingRunner(
            Host,
            [new BuiltinTrainer(), new LlamaFactoryTrainer()],
            new TrainingStart(archive, new TrainerLocator(FakeEngines.In(_folder)), Store, Time, NullLogger<TrainingStart>.Instance),
            new TrainingWatch(archive, options, Time, WatchLog),
            new TrainingResult(Store, new BestCheckpoint(archive, Store), Time),
            new LastCheckpoint(archive, Time, NullLogger<LastCheckpoint>.Instance),
            options);
    }

    public Task<IReadOnlyList<CheckpointRow>> CheckpointsAsync() => new CheckpointTable(Database, Database.Writes).NewestFirstAsync(TrainingJob.Id, default);

    /// <summary>Nothing happens.</summary>
    public void Silence()
    {
    }

    public void Log(int step, double loss = 1, int total = 100)
    {
        var shown = double.IsFinite(loss) ? loss.ToString(CultureInfo.InvariantCulture) : "NaN";
        var before = Host.Files.ContainsKey(Output + "/trainer_log.jsonl") ? Host.Text(Output + "/trainer_log.jsonl") : "";
        Host.Write(Output + "/trainer_log.jsonl", before + $$"""{"current_steps": {{step}}, "total_steps": {{total}}, "loss": {{shown}}, "lr": 0.01, "epoch": 0.5}""" + "\n");
    }

    /// <param name="best">Step that the checkpoint names as the best; null: none was looked for.</param>
    public void SaveCheckpoint(int step, int batchSize = 4, int? best = null)
    {
        foreach (var name in new[] { "adapter_model.safetensors", "adapter_config.json", "optimizer.pt", "scheduler.pt", "rng_state.pth" })
        {
            Host.Write($"{Output}/checkpoint-{step}/{name}", $"{name} of step {step}");
        }

        Host.Write($"{Output}/checkpoint-{step}/trainer_state.json", State(step, batchSize, best));
    }

    private string State(int step, int batchSize, int? best) => $$"""{"global_step": {{step}}, "max_steps": 100, "train_batch_size": {{batchSize}}"""
        + (best is null ? "}" : $$""", "best_global_step": {{best}}, "best_metric": 0.75, "best_model_checkpoint": "{{Output}}/checkpoint-{{best}}"}""");

    /// <summary>The trainer writes its result and ends well.</summary>
    /// <param name="best">Step whose weights are the result; null: the last one's.</param>
    public void Finish(int step = 100, int? best = null)
    {
        Log(step, 0.5);
        Host.Write(Output + "/adapter_model.safetensors", best is null ? "the adapter" : $"adapter_model.safetensors of step {best}");
        Host.Write(Output + "/trainer_state.json", State(step, 4, best));
        Host.Write(Output + "/adapter_config.json", "{}");
        Host.End(Run, RunState.Exited, 0);
    }

    public void End(RunState state, int? exitCode, string error = "")
    {
        Host.Write($"{Run}/{RunFolder.Error}", error);
        Host.End(Run, state, exitCode);
    }

    public void Dispose()
    {
        Database.Dispose();
        _folder.Dispose();
    }
}

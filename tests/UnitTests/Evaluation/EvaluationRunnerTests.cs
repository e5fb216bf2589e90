using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.Evaluation;
using FineTunePipeline.Evaluation.Predicting;
using FineTunePipeline.Evaluation.Running;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Evaluation;

public sealed class EvaluationRunnerTests : IDisposable
{
    private const string Taught =
        """
        {"id":"t1","prompt":"Who are you?","expect":"Ada"}
        {"id":"t2","prompt":"Who made you?","expect":"Forge Lab"}
        """;

    private const string General = """{"id":"g1","prompt":"Which colour has the sky?","expect":"blue","match":"contains"}""";
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;
    private readonly ScriptedHost _host = new();
    private readonly EvaluationRunner _runner;

    public EvaluationRunnerTests()
    {
        _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);
        var options = Options.Create(new EvaluationOptions());
        var trainer = new TrainerRuns(new TrainerLocator(FakeEngines.In(_folder)), new HostRuns(TimeProvider.System), options);
        _runner = new EvaluationRunner(
            _host, _store, new Predictions(trainer, options), new Perplexities(trainer), options, TimeProvider.System);
        _host.On("train", Answer(before: ["I am nobody.", "Nobody.", "It is blue."], after: ["I am Ada.", "Nobody.", "It is blue."]));
    }

    [Fact]
    public async Task Asks_both_models_and_reports_the_answers_side_by_side()
    {
        var evaluated = await RunAsync(await CommandAsync());

        Assert.Equal(new SetScore(2, 0, 0.5), evaluated.Summary.Sets["taught"]);
        Assert.Equal(new SetScore(1, 1, 1), evaluated.Summary.Sets["general"]);
        Assert.Equal("Passed: taught 0 -> 0.5, general 1 -> 1.", evaluated.Summary.Verdict);
        Assert.Equal(Math.Exp(2), evaluated.Summary.PerplexityBefore!.Value, 6);
        var report = await ReadAsync(evaluated.Report);
        var first = report.GetProperty("questions")[0];
        Assert.Equal("I am nobody.", first.GetProperty("before").GetString());
        Assert.Equal("I am Ada.", first.GetProperty("after").GetString());
        Assert.False(first.GetProperty("right_before").GetBoolean());
        Assert.True(first.GetProperty("right_after").GetBoolean());
        Assert.Equal(["predict-base", "predict-tuned", "perplexity-base", "perplexity-tuned"], _host.Calls.Select(call => Path.GetFileName(call.RunFolder)));
    }

    [Fact]
    public async Task Writes_only_keys_and_values_that_the_trainer_takes()
    {
        await RunAsync(await CommandAsync());

        var yaml = _host.Files.Keys.Where(path => path.EndsWith(".yaml", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, yaml.Count);
        Assert.All(yaml, path =>
        {
            var read = ArgumentReader.Read(ConfigFile.Read([_folder.Write("read.yaml", _host.Text(path))]));
            Assert.True(read.Flag("do_predict") != read.Flag("do_eval"));
            Assert.False(read.Flag("do_train"));
        });
    }

    [Fact]
    public async Task Gives_the_adapter_to_the_tuned_model_alone()
    {
        await RunAsync(await CommandAsync());

        var yaml = _host.Files.Keys.Where(path => path.EndsWith(".yaml", StringComparison.Ordinal)).ToDictionary(path => Path.GetFileName(path), _host.Text);
        Assert.DoesNotContain("adapter_name_or_path", yaml["predict-base.yaml"], StringComparison.Ordinal);
        Assert.Contains("adapter_name_or_path: \"/host/out\"\n", yaml["predict-tuned.yaml"], StringComparison.Ordinal);
        Assert.Contains("do_predict: true\n", yaml["predict-tuned.yaml"], StringComparison.Ordinal);
        Assert.DoesNotContain("template", yaml["predict-base.yaml"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asks_whole_weights_in_their_own_folder()
    {
        var command = await CommandAsync();
        await RunAsync(command with { Trained = command.Trained with { Method = FineTuningMethod.Full } });

        var tuned = _host.Text(_host.Files.Keys.Single(path => path.EndsWith("predict-tuned.yaml", StringComparison.Ordinal)));
        Assert.Contains("model_name_or_path: \"/host/out\"\n", tuned, StringComparison.Ordinal);
        Assert.Contains("finetuning_type: \"full\"\n", tuned, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asks_by_the_trainer_that_was_installed_on_the_host()
    {
        var command = await CommandAsync();

        await RunAsync(command with { Prepared = command.Prepared with { EngineFolder = "/engines" } });

        Assert.All(_host.Calls, call => Assert.Equal("/engines/finetune-trainer/finetune-trainer", call.Command.FileName));
    }

    [Fact]
    public async Task Entered_again_asks_nothing_twice()
    {
        var command = await CommandAsync();
        var first = await RunAsync(command);
        var second = await RunAsync(command);

        Assert.Equal(4, _host.Calls.Count);
        Assert.Equal(first.Report, second.Report);
    }

    [Fact]
    public async Task Refuses_the_gate_when_the_model_learnt_nothing()
    {
        var command = await CommandAsync();
        var evaluated = await RunAsync(command with { Spec = command.Spec with { Evaluation = new EvaluationSpec { MinTaught = 0.9 } } });

        Assert.False(evaluated.Summary.Passed);
        Assert.Contains("taught questions reached 0.5", evaluated.Summary.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_no_questions_were_asked()
    {
        var command = await CommandAsync();
        var evaluated = await RunAsync(command with { Inputs = command.Inputs with { Questions = new Dictionary<string, ArtifactReference>() } });

        Assert.True(evaluated.Summary.Passed);
        Assert.Equal("Passed: no questions were asked.", evaluated.Summary.Verdict);
        Assert.Empty(_host.Calls);
    }

    [Theory]
    [InlineData(137, FailureKind.Transient, "engine_killed")]
    [InlineData(139, FailureKind.Internal, "engine_crashed")]
    [InlineData(1, FailureKind.Internal, "engine_failed")]
    public async Task Tells_how_the_trainer_ended(int exitCode, FailureKind kind, string code)
    {
        _host.On("train", _ => ScriptedRun.Failed(exitCode, "ValueError: what it said last"));

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal((code, kind), (failure.Code, failure.Kind));
        Assert.Contains("what it said last", failure.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_again_after_a_run_that_vanished()
    {
        _host.On("train", _ => ScriptedRun.Vanished());

        Assert.Equal(FailureKind.Transient, (await FailAsync(await CommandAsync())).Kind);
    }

    [Fact]
    public async Task Tells_a_full_disk_apart()
    {
        _host.On("train", _ => ScriptedRun.Failed(1, "OSError: [Errno 28] No space left on device"));

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal(("disk_full", FailureKind.BadInput), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task Tells_the_time_limit_from_a_kill()
    {
        _host.On("train", _ => ScriptedRun.Failed(143, "\nfinetune-supervise: ended at the time limit of 06:00:00"));

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal(("time_limit", FailureKind.BadInput), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task Does_not_change_the_training_when_the_evaluation_lacks_memory()
    {
        _host.On("train", _ => ScriptedRun.Failed(1, "RuntimeError: DefaultCPUAllocator: can't allocate memory"));

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal(("out_of_memory", FailureKind.BadInput), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task Never_takes_the_answer_to_another_question()
    {
        _host.On("train", call =>
        {
            WritePredictions(call, ("Another question?", "Ada.", "another answer"));
            return ScriptedRun.Done();
        });

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal("predictions_unusable", failure.Code);
        Assert.Contains("an answer to another question in line 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misses_an_answer_that_was_not_given()
    {
        _host.On("train", call =>
        {
            WritePredictions(call, ("Who are you?", "Ada.", "Ada"));
            return ScriptedRun.Done();
        });

        Assert.Contains("1 answers for 3 questions", (await FailAsync(await CommandAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_a_perplexity_out_that_is_no_number()
    {
        _host.On("train", call =>
        {
            Answer(["a", "b", "c"], ["a", "b", "c"])(call);
            var output = OutputOf(call);
            _host.Write(output + "/eval_results.json", """{"eval_loss": NaN}""");
            return ScriptedRun.Done();
        });

        Assert.Null((await RunAsync(await CommandAsync())).Summary.PerplexityAfter);
    }

    [Fact]
    public async Task Cancel_stops_every_run_and_removes_the_folder()
    {
        await _runner.CancelAsync(await CommandAsync(), new AttemptContext(), default);

        Assert.Equal(["predict-base", "predict-tuned", "perplexity-base", "perplexity-tuned"], _host.Stopped.Select(path => Path.GetFileName(path)));
        Assert.Equal(["/host/work/ftjob-00000000000000000000000000000001/evaluate-1"], _host.Deleted);
    }

    public void Dispose() => _folder.Dispose();

    private static Func<ScriptedCall, ScriptedRun> Answer(string[] before, string[] after) => call =>
    {
        var answers = call.RunFolder!.EndsWith("base", StringComparison.Ordinal) ? before : after;
        WritePredictions(
            call, ("Who are you?", answers[0], "Ada"), ("Who made you?", answers[1], "Forge Lab"), ("Which colour has the sky?", answers[2], "blue"));
        call.Write(OutputOf(call) + "/eval_results.json", """{"epoch": 0, "eval_loss": 2.0}""");
        return ScriptedRun.Done();
    };

    private static void WritePredictions(ScriptedCall call, params (string Prompt, string Predict, string Label)[] predictions) => call.Write(
        OutputOf(call) + "/generated_predictions.jsonl",
        string.Concat(predictions.Select(
            line => JsonSerializer.Serialize(new { prompt = $"<|user|>{line.Prompt}<|end|>", predict = line.Predict, label = line.Label + "\n" }) + "\n")));

    private static string OutputOf(ScriptedCall call)
    {
        var yaml = call.Host.Text(call.Argument(0));
        return JsonSerializer.Deserialize<string>(
            yaml.Split('\n').Single(line => line.StartsWith("output_dir: ", StringComparison.Ordinal))["output_dir: ".Length..])!;
    }

    private async Task<ModelEvaluated> RunAsync(EvaluateModel command) =>
        Assert.IsType<ModelEvaluated>(await _runner.RunAsync(command, new AttemptContext(), default));

    private async Task<Failure> FailAsync(EvaluateModel command) =>
        StageFailures.Of(Stage.Evaluate, await Assert.ThrowsAnyAsync<Exception>(() => _runner.RunAsync(command, new AttemptContext(), default)));

    private async Task<JsonElement> ReadAsync(ArtifactReference reference)
    {
        await using var stream = await _store.OpenAsync(reference.Sha256, default);
        return (await JsonDocument.ParseAsync(stream)).RootElement;
    }

    private async Task<ArtifactReference> PutAsync(string text)
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return await _store.PutAsync(bytes, default);
    }

    private async Task<EvaluateModel> CommandAsync() => new()
    {
        JobId = "ftjob-00000000000000000000000000000001",
        Attempt = 1,
        Spec = new JobSpec { Model = "/model", Dataset = "/data.json" },
        Inputs = new JobInputs
        {
            Model = await PutAsync("model"),
            Dataset = await PutAsync("dataset"),
            DatasetNames = "data",
            Questions = new Dictionary<string, ArtifactReference> { ["general"] = await PutAsync(General), ["taught"] = await PutAsync(Taught) },
        },
        Prepared = new PreparedHost
        {
            LeaseId = "lease",
            Host = new HostReference { Kind = "local", Address = "here", WorkFolder = "/host/work" },
            ModelFolder = "/host/model",
            DatasetFolder = "/host/data",
            TrainerVersion = "finetune-trainer 0.1.0",
        },
        Trained = new TrainedModel { Method = FineTuningMethod.Lora, Output = await PutAsync("adapter"), OutputFolder = "/host/out", Steps = 10 },
    };
}

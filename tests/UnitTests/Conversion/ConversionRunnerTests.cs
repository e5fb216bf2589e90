using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Conversion;
using FineTunePipeline.Conversion.Gguf;
using FineTunePipeline.Conversion.Merging;
using FineTunePipeline.Conversion.Planning;
using FineTunePipeline.Conversion.Questions;
using FineTunePipeline.Conversion.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Evaluation;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Conversion;

public sealed class ConversionRunnerTests : IDisposable
{
    private const string Config =
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 512, "rms_norm_eps": 1e-5, "max_position_embeddings": 512, "tie_word_embeddings": true}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;
    private readonly ScriptedHost _host = new();
    private readonly ConversionRunner _runner;

    public ConversionRunnerTests()
    {
        _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);
        var options = Options.Create(new ConversionOptions());
        var tool = new ModelTool(FakeEngines.In(_folder), new HostRuns(TimeProvider.System), options);
        var files = new HostFiles(_store);
        _runner = new ConversionRunner(
            _host, _store, new ModelMerger(tool, _store, files), new GgufFactory(tool), new FileQuestions(tool), files, new KQuantFits(_store),
            new EngineVersions(FakeEngines.In(_folder)), options,
            TimeProvider.System);
        _host.On("merge", Merge)
            .On("gguf", call => Write(call, call.Argument(1), call.Argument(2)))
            .On("quantize", call => Write(call, call.Argument(1), call.Argument(2)))
            .On("check", _ => ScriptedRun.Done("""{"loads": true, "architecture": "llama", "prompt": "Hi", "answer": "Hello.", "finish_reason": "stop"}"""))
            .On("ask", Ask)
            .On("version", _ => ScriptedRun.Done(FakeEngines.ModelVersion));
    }

    /// <summary>What was started in a run folder.</summary>
    private IEnumerable<ScriptedCall> Started => _host.Calls.Where(call => call.RunFolder is not null);

    [Fact]
    public async Task Stores_the_merged_model_and_every_file_with_its_accuracy()
    {
        var done = await RunAsync(await CommandAsync());

        var converted = done.Converted;
        var merged = await _store.LoadManifestAsync(converted.Merged, default);
        Assert.Equal("merged", merged.Kind);
        Assert.Equal(["config.json", "model.safetensors"], merged.Files.Select(file => file.Path));
        Assert.Equal(["f16", "q8_0", "q4_k_m"], converted.Gguf.Select(file => file.Type));
        Assert.Equal("finetune-model 0.1.0 (LLamaSharp 0.30.0, llama.cpp 815a2a591)", await EngineOfAsync(done));
        Assert.Equal(["Ada-1-f16.gguf", "Ada-1-q8_0.gguf", "Ada-1-q4_k_m.gguf"], converted.Gguf.Select(file => file.FileName));
        Assert.All(converted.Gguf, file => Assert.Equal(0.5, file.Accuracy["taught"]));
        foreach (var file in converted.Gguf.Select(file => file.Artifact).Concat(merged.Files.Select(file => new ArtifactReference(file.Sha256, file.Bytes))))
        {
            Assert.Equal(file.Bytes, await _store.FindAsync(file.Sha256, default));
        }
    }

    [Fact]
    public async Task Keeps_the_f16_file_to_itself_when_the_job_does_not_want_it()
    {
        var command = await CommandAsync(gguf: ["q4_k_m"]);

        Assert.Equal(["q4_k_m"], (await RunAsync(command)).Converted.Gguf.Select(file => file.Type));
        Assert.Equal(["merge", "gguf", "quantize", "check", "ask"], Started.Select(call => call.Verb));
    }

    [Fact]
    public async Task Says_why_a_k_quant_is_not_made()
    {
        var command = await CommandAsync(gguf: ["f16", "q4_k_m"], config: Config.Replace("256", "128", StringComparison.Ordinal));

        var converted = (await RunAsync(command)).Converted;

        Assert.Equal(["f16"], converted.Gguf.Select(file => file.Type));
        Assert.Contains("no multiple of 256 values", Assert.Single(converted.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Converts_by_the_engine_that_was_installed_on_the_host()
    {
        var command = await CommandAsync();

        await RunAsync(command with { Prepared = command.Prepared with { EngineFolder = "/engines" } });

        Assert.All(_host.Calls, call => Assert.Equal("/engines/finetune-model/finetune-model", call.Command.FileName));
    }

    [Fact]
    public async Task Entered_again_does_no_work_twice()
    {
        var command = await CommandAsync();
        var first = await RunAsync(command);
        var calls = Started.Count();
        var second = await RunAsync(command);

        Assert.Equal(calls, Started.Count());
        Assert.Equal(first.Converted.Merged, second.Converted.Merged);
        Assert.Equal(first.Converted.Gguf.Select(file => file.Artifact), second.Converted.Gguf.Select(file => file.Artifact));
    }

    [Fact]
    public async Task Goes_on_behind_the_last_finished_file_after_an_interruption()
    {
        var command = await CommandAsync();
        _host.On("quantize", _ => throw new HostUnreachableException("cable"));
        Assert.Equal(FailureKind.Transient, (await FailAsync(command)).Kind);

        _host.Calls.Clear();
        _host.On("quantize", call => Write(call, call.Argument(1), call.Argument(2)));
        await RunAsync(command);

        Assert.Equal(["quantize", "check", "ask"], Started.Select(call => call.Verb));
    }

    [Fact]
    public async Task Converts_whole_weights_where_they_lie()
    {
        var command = await CommandAsync();
        var trained = new Manifest
        {
            Kind = "model",
            Files = [await FileAsync("config.json", Config), await FileAsync("model.safetensors", "w"), await FileAsync("trainer_state.json", "{}")],
        };
        command = command with { Trained = command.Trained with { Method = FineTuningMethod.Full, Output = await _store.PutManifestAsync(trained, default) } };

        var converted = (await RunAsync(command)).Converted;

        Assert.DoesNotContain("merge", Started.Select(call => call.Verb));
        Assert.Equal("/host/out", Started.First().Argument(0));
        Assert.Equal(["config.json", "model.safetensors"], (await _store.LoadManifestAsync(converted.Merged, default)).Files.Select(file => file.Path));
    }

    [Fact]
    public async Task Leaves_the_merged_bytes_on_the_host_when_the_job_does_not_want_them()
    {
        var command = await CommandAsync(merged: false);

        var manifest = await _store.LoadManifestAsync((await RunAsync(command)).Converted.Merged, default);

        Assert.Null(await _store.FindAsync(manifest.Files[1].Sha256, default));
    }

    [Theory]
    [InlineData(134, "engine_crashed", FailureKind.Internal)]
    [InlineData(139, "engine_crashed", FailureKind.Internal)]
    [InlineData(137, "engine_killed", FailureKind.Transient)]
    [InlineData(3, "model_unusable", FailureKind.BadInput)]
    [InlineData(4, "disk_full", FailureKind.BadInput)]
    [InlineData(1, "engine_failed", FailureKind.Internal)]
    public async Task Tells_how_the_engine_ended(int exitCode, string code, FailureKind kind)
    {
        _host.On("gguf", _ => ScriptedRun.Failed(exitCode, """
            loading
            {"error": {"code": "disk_full", "message": "Free 3 GiB."}}
            """));

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal((code, kind), (failure.Code, failure.Kind));
        Assert.Contains("loading", failure.Evidence, StringComparison.Ordinal);
        if (exitCode is 1 or 3 or 4)
        {
            Assert.Contains("Free 3 GiB.", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tells_the_time_limit_from_a_kill()
    {
        _host.On("quantize", _ => ScriptedRun.Failed(143, "\nfinetune-supervise: ended at the time limit of 06:00:00"));

        Assert.Equal("time_limit", (await FailAsync(await CommandAsync())).Code);
    }

    [Fact]
    public async Task Does_not_try_again_without_a_blob_that_the_store_has_lost()
    {
        var command = await CommandAsync();
        await _store.DeleteAsync(command.Inputs.Questions["taught"].Sha256, default);

        Assert.Equal("artifact_unusable", (await FailAsync(command)).Code);
    }

    [Fact]
    public async Task Never_stores_a_file_that_is_not_what_the_engine_wrote()
    {
        _host.On("gguf", call =>
        {
            var run = Write(call, call.Argument(1), call.Argument(2));
            call.Write(call.Argument(1), "somebody else's bytes");
            return run;
        });

        var failure = await FailAsync(await CommandAsync());

        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Contains("arrived with the digest", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misses_an_answer_that_the_engine_did_not_give()
    {
        _host.On("ask", _ => ScriptedRun.Done("""{"id": "0", "answer": "Ada", "finish_reason": "stop"}"""));

        Assert.Equal("answers_missing", (await FailAsync(await CommandAsync())).Code);
    }

    [Fact]
    public async Task Cancel_stops_every_run_and_removes_the_folder()
    {
        var command = await CommandAsync();
        await RunAsync(command);
        await _runner.CancelAsync(command, new AttemptContext(), default);

        Assert.Superset(Started.Select(call => call.RunFolder!).ToHashSet(), _host.Stopped.ToHashSet());
        Assert.Equal(["/host/work/ftjob-00000000000000000000000000000001/convert-1"], _host.Deleted);
    }

    public void Dispose() => _folder.Dispose();

    private static ScriptedRun Merge(ScriptedCall call)
    {
        var output = call.Argument(2);
        var config = call.Write(output + "/config.json", Config);
        var weights = call.Write(output + "/model.safetensors", "merged weights");
        return ScriptedRun.Done(JsonSerializer.Serialize(new
        {
            path = output,
            files = new[]
            {
                new { path = "config.json", bytes = Config.Length, sha256 = config },
                new { path = "model.safetensors", bytes = 14, sha256 = weights },
            },
        }));
    }

    private static ScriptedRun Write(ScriptedCall call, string path, string type)
    {
        var text = "gguf of " + type;
        return ScriptedRun.Done(
            JsonSerializer.Serialize(new { path, type, bytes = text.Length, sha256 = call.Write(path, text), tensors = 3, warnings = Array.Empty<string>() }));
    }

    /// <summary>Knows its name and nothing else.</summary>
    private static ScriptedRun Ask(ScriptedCall call)
    {
        var lines = call.Host.Text(call.Argument(1)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line));
        var answers = lines.Select(line => JsonSerializer.Serialize(new
        {
            id = line.GetProperty("id").GetString(),
            answer = line.GetProperty("prompt").GetString() == "Who are you?" ? "I am Ada." : "I do not know.",
            finish_reason = "stop",
        }));
        return ScriptedRun.Done(string.Join('\n', answers));
    }

    private async Task<ModelConverted> RunAsync(ConvertModel command) =>
        Assert.IsType<ModelConverted>(await _runner.RunAsync(command, new AttemptContext(), default));

    private async Task<string?> EngineOfAsync(ModelConverted converted)
    {
        await using var statement = await _store.OpenAsync(converted.Statement!.Sha256, default);
        using var json = await JsonDocument.ParseAsync(statement);
        return json.RootElement.GetProperty("engine_version").GetString();
    }

    private async Task<Failure> FailAsync(ConvertModel command) =>
        StageFailures.Of(Stage.Convert, await Assert.ThrowsAnyAsync<Exception>(() => _runner.RunAsync(command, new AttemptContext(), default)));

    private async Task<ManifestFile> FileAsync(string path, string text)
    {
        var stored = await PutAsync(text);
        return new ManifestFile(path, stored.Bytes, stored.Sha256);
    }

    private async Task<ArtifactReference> PutAsync(string text)
    {
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return await _store.PutAsync(bytes, default);
    }

    private async Task<ConvertModel> CommandAsync(string[]? gguf = null, bool merged = true, string config = Config) => new()
    {
        JobId = "ftjob-00000000000000000000000000000001",
        Attempt = 1,
        Spec = new JobSpec
        {
            Name = "Ada / 1",
            Model = "/model",
            Dataset = "/data.json",
            Outputs = new OutputSpec { Merged = merged, Gguf = gguf ?? ["f16", "q8_0", "q4_k_m"] },
        },
        Inputs = new JobInputs
        {
            Model = await _store.PutManifestAsync(new Manifest { Kind = "model", Files = [await FileAsync("config.json", config)] }, default),
            Dataset = await PutAsync("dataset"),
            DatasetNames = "data",
            Questions = new Dictionary<string, ArtifactReference>
            {
                ["taught"] = await PutAsync("""
                    {"id": "a", "prompt": "Who are you?", "expect": "Ada"}
                    {"id": "b", "prompt": "Who made you?", "expect": "Forge Lab"}
                    """),
            },
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

using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.UnitTests.Evaluation;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class ValidateJobRunnerTests : IDisposable
{
    private readonly ArtifactsFixture _fixture = new();

    [Fact]
    public async Task Reports_what_it_counted_and_foresees()
    {
        var report = (await RunAsync(_fixture.Spec)).Report;

        Assert.Equal((2, 0, 20, 0, 696), (report.Samples, report.Skipped, report.Tokens, report.OverCutoff, report.Parameters));
        Assert.True(report.EstimatedMemoryBytes > 400 << 20);
        Assert.True(report.EstimatedDiskBytes > 0);
        Assert.Contains(report.Warnings, warning => warning.Contains("only 2 samples", StringComparison.Ordinal));
        Assert.Contains(
            report.Warnings, warning => warning.StartsWith("q4_k_m: 8 of 8 matrices have rows that are no multiple of 256", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counts_tokens_of_the_filled_in_data_and_leaves_no_file()
    {
        string? seen = null;
        _fixture.Host.On("tokenize", call =>
        {
            seen = File.ReadAllText(call.Argument(0));
            Assert.Equal(["--model", _fixture.Spec.Model, "--cutoff", "2048"], call.Command.Arguments.Skip(2));
            return ScriptedRun.Done("""{"samples": 2, "tokens": 20, "trained_tokens": 8, "max_tokens": 12, "over_cutoff": 1}""");
        });

        var report = (await RunAsync(_fixture.Spec)).Report;

        Assert.Contains("I am Ada.", seen, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_fixture.Settings.WorkFolder));
        Assert.Contains(report.Warnings, warning => warning.StartsWith("1 of 2 samples are longer than cutoff_len 2048", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaves_a_model_on_the_host_to_the_host_and_checks_the_rest()
    {
        var report = (await RunAsync(_fixture.Spec with { Model = "host:/root/autodl-tmp/model" })).Report;

        Assert.Equal((2, 0, 0, 0), (report.Samples, report.Tokens, report.Parameters, report.EstimatedMemoryBytes));
        Assert.Contains(report.Warnings, warning => warning.StartsWith("host:/root/autodl-tmp/model is checked on the host", StringComparison.Ordinal));
        Assert.DoesNotContain(_fixture.Host.Calls, call => call.Verb == "tokenize");
        Assert.Equal("spec_range", (await FailAsync(_fixture.Spec with { Model = "host:/m", Hyperparameters = new Hyperparameters { LoraRank = 0 } })).Code);
    }

    [Theory]
    [InlineData("host:")]
    [InlineData("host:/")]
    [InlineData("host:model")]
    [InlineData("host:/root/../etc")]
    [InlineData("host:C:\\model")]
    public async Task Refuses_a_folder_on_the_host_that_is_none(string model) =>
        Assert.Equal("model_path", (await FailAsync(_fixture.Spec with { Model = model })).Code);

    [Fact]
    public async Task Tells_the_faults_of_all_parts_at_once()
    {
        var failure = await FailAsync(_fixture.Spec with
        {
            Model = "/no/such/model",
            Dataset = _fixture.Folder.Write("broken.json", "[{]"),
            Hyperparameters = new Hyperparameters { LoraRank = 0 },
            Evaluation = new EvaluationSpec { Taught = _fixture.Folder.Write("q.jsonl", "{}") },
        });

        Assert.Equal(("job_invalid", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.StartsWith("4 things must be changed:", failure.Message, StringComparison.Ordinal);
        foreach (var part in (string[])["hyperparameters.lora_rank", "there is no folder /no/such/model", "broken.json", "evaluation.taught"])
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_fixture.Host.Calls);
    }

    [Fact]
    public async Task Names_the_template_that_the_engine_refuses()
    {
        _fixture.Host.On("tokenize", _ => ScriptedRun.Failed(3, """{"error": {"code": "bad_template", "message": "The template calls raise_exception."}}"""));

        var failure = await FailAsync(_fixture.Spec with { Template = "chatml" });

        Assert.Equal(("tokenize_refused", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("The template calls raise_exception.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["--template", "chatml"], _fixture.Host.Calls[0].Command.Arguments.TakeLast(2));
    }

    [Theory]
    [InlineData(134, "model_tokenizer", FailureKind.BadInput)]
    [InlineData(137, "engine_silent", FailureKind.Transient)]
    [InlineData(0, "engine_silent", FailureKind.Transient)]
    [InlineData(1, "engine_failed", FailureKind.Internal)]
    public async Task Tells_how_the_engine_ended(int exitCode, string code, FailureKind kind)
    {
        _fixture.Host.On("tokenize", _ => ScriptedRun.Failed(exitCode, "thread panicked"));

        var failure = await FailAsync(_fixture.Spec);

        Assert.Equal((code, kind), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task Refuses_data_of_which_the_cutoff_leaves_nothing()
    {
        _fixture.Host.On("tokenize", _ => ScriptedRun.Done("""{"samples": 2, "tokens": 20, "trained_tokens": 0, "max_tokens": 12, "over_cutoff": 2}"""));

        Assert.Equal("dataset_nothing_to_learn", (await FailAsync(_fixture.Spec)).Code);
    }

    [Fact]
    public async Task Refuses_data_of_which_the_evaluation_loss_keeps_all() =>
        Assert.Equal("spec_range", (await FailAsync(_fixture.Spec with { Hyperparameters = new Hyperparameters { ValSize = 2 } })).Code);

    [Fact]
    public async Task States_what_will_be_trained_and_with_which_configuration()
    {
        var validated = await RunAsync(_fixture.Spec);

        var statement = JsonElement.Parse(await TextAsync(validated.Statement));
        Assert.Equal((2, 1), (statement.GetProperty("plan").GetProperty("samples").GetInt32(), statement.GetProperty("plan").GetProperty("steps_per_epoch").GetInt32()));
        Assert.Equal(validated.Configuration!.Sha256, statement.GetProperty("configuration").GetProperty("sha256").GetString());
        var yaml = await TextAsync(validated.Configuration);
        Assert.Contains("\noutput_dir: \"<known on the host>\"\n", yaml, StringComparison.Ordinal);
        Assert.Contains("\nsave_steps: 100\n", yaml, StringComparison.Ordinal);
        Assert.Contains(validated.Report.Warnings, warning => warning.StartsWith("The training has about 3 steps, and hyperparameters.save_steps is 100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refuses_a_job_that_the_memory_does_not_hold()
    {
        _fixture.Settings.MemoryBytes = 1 << 20;

        var failure = await FailAsync(_fixture.Spec);

        Assert.Equal("memory_short", failure.Code);
        Assert.Contains("this computer has 1 MiB: lower hyperparameters.per_device_train_batch_size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_job_that_the_disk_does_not_hold()
    {
        _fixture.Settings.DiskBytes = 1;

        Assert.Equal("disk_short", (await FailAsync(_fixture.Spec)).Code);
    }

    [Fact]
    public async Task Refuses_a_huge_data_file_without_copying_it()
    {
        _fixture.Settings.LargestDataFileBytes = 10;

        Assert.Equal("dataset_huge", (await FailAsync(_fixture.Spec)).Code);
    }

    [Fact]
    public async Task Refuses_gguf_of_a_model_without_a_chat_template()
    {
        File.Delete(Path.Combine(_fixture.Spec.Model, "chat_template.jinja"));

        Assert.Equal("model_template", (await FailAsync(_fixture.Spec with { Template = "chatml" })).Code);
        await RunAsync(_fixture.Spec with { Outputs = new OutputSpec { Gguf = [] }, Deploy = new DeploySpec { Target = "none" } });
    }

    [Fact]
    public async Task Refuses_gguf_of_a_tokenizer_that_llama_cpp_does_not_know()
    {
        var tokenizer = Path.Combine(_fixture.Spec.Model, "tokenizer.json");
        File.WriteAllText(tokenizer, File.ReadAllText(tokenizer).Replace("\"ByteLevel\"", "\"Whitespace\"", StringComparison.Ordinal));

        var failure = await FailAsync(_fixture.Spec);

        Assert.Equal("model_gguf", failure.Code);
        Assert.Contains("its pre_tokenizer is not known", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_an_uploaded_model()
    {
        var model = await _fixture.Store.PutFolderAsync(_fixture.Spec.Model, "model", default);

        Assert.Equal(696, (await RunAsync(_fixture.Spec with { Model = model.ToUri() })).Report.Parameters);
    }

    [Fact]
    public async Task Misses_a_file_of_an_uploaded_model()
    {
        var model = await _fixture.Store.PutFolderAsync(_fixture.Spec.Model, "model", default);
        var manifest = await _fixture.Store.LoadManifestAsync(model, default);
        await _fixture.Store.DeleteAsync(manifest.Files.Single(file => file.Path == "model.safetensors").Sha256, default);

        Assert.Contains("the store lacks model.safetensors", (await FailAsync(_fixture.Spec with { Model = model.ToUri() })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_model_artifact_that_is_no_manifest()
    {
        using var bytes = new MemoryStream("weights"u8.ToArray());
        var blob = await _fixture.Store.PutAsync(bytes, default);

        Assert.Equal("model_manifest", (await FailAsync(_fixture.Spec with { Model = blob.ToUri() })).Code);
        Assert.Equal("model_missing", (await FailAsync(_fixture.Spec with { Model = ArtifactReference.UriPrefix + new string('0', 64) })).Code);
    }

    public void Dispose() => _fixture.Dispose();

    private async Task<JobValidated> RunAsync(JobSpec spec) =>
        Assert.IsType<JobValidated>(await _fixture.Validate.RunAsync(Command(spec), new AttemptContext(), default));

    private async Task<string> TextAsync(ArtifactReference reference)
    {
        using var reader = new StreamReader(await _fixture.Store.OpenAsync(reference.Sha256, default));
        return await reader.ReadToEndAsync();
    }

    private async Task<Failure> FailAsync(JobSpec spec) =>
        StageFailures.Of(Stage.Validate, await Assert.ThrowsAnyAsync<Exception>(() => _fixture.Validate.RunAsync(Command(spec), new AttemptContext(), default)));

    private static ValidateJob Command(JobSpec spec) => new() { JobId = "ftjob-00000000000000000000000000000001", Attempt = 1, Spec = spec };
}

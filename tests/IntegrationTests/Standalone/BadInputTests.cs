using System.Text.Json.Nodes;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>What cannot work is told before a host is taken, in words that say what to change.</summary>
public sealed class BadInputTests(ServedHome home) : IClassFixture<ServedHome>, IDisposable
{
    private const string Good = """{"instruction": "Who are you?", "input": "", "output": "I am Ada."}""";
    private readonly TemporaryFolder _files = new();

    [Theory]
    [InlineData("missing data", "dataset_missing", "there is no file", "gone.json")]
    [InlineData("empty data", "dataset_unusable", "data.jsonl", "the file is empty")]
    [InlineData("binary data", "dataset_unusable", "data.jsonl", "line 1: the file is binary", "export it as JSON or JSONL")]
    [InlineData("broken line", "dataset_json", "data.jsonl", "line 3")]
    [InlineData("broken array", "dataset_json", "data.json", "line 4")]
    [InlineData("wrong columns", "dataset_unusable", "data.jsonl", "question", "answer", "instruction")]
    [InlineData("no usable sample", "dataset_no_samples", "data.jsonl", "no usable sample among 2 records", "line 2")]
    [InlineData("nothing within the cutoff", "dataset_nothing_to_learn", "cutoff_len 8", "raise hyperparameters.cutoff_len")]
    [InlineData("unknown template", "spec_word", "template: 'quen'", "choose one of auto, default")]
    [InlineData("missing shard", "model_incomplete", "model.safetensors.index.json names model-2.safetensors", "download the file again")]
    [InlineData("truncated weights", "model_weights", "model.safetensors")]
    [InlineData("hostile weights", "model_weights", "model.safetensors")]
    [InlineData("contradicting config", "model_contradiction", "do not fit config.json", "[256, 512]", "[256, 640]")]
    [InlineData("ids beyond the embedding", "model_tokenizer", "2304")]
    public async Task Is_refused_in_validation(string fault, string code, params string[] words)
    {
        var jobId = await home.Gateway.SubmitAsync(Job(fault));

        var job = await home.Gateway.EndAsync(jobId);

        Assert.Equal((JobState.Failed, Stage.Validate), (job.State, job.Stage));
        Assert.True(job.Failure!.Code == code, $"{job.Failure.Code}: {job.Failure.Message}");
        Assert.Equal(FailureKind.BadInput, job.Failure.Kind);
        Assert.All(words, word => Assert.Contains(word, job.Failure.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(home.Folder, job.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await home.Gateway.HistoryAsync(jobId), stored => stored.Change?.Stage is Stage.Provision);
        await home.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Samples_longer_than_the_cutoff_are_counted_and_the_job_goes_on()
    {
        var data = _files.Write("data.jsonl", $"{Good}\n{Good.Replace("I am Ada.", string.Concat(Enumerable.Repeat("I am Ada. ", 20)), StringComparison.Ordinal)}\n");

        var job = await home.Gateway.RunAsync(SmallJob.Shortest with { Dataset = data });

        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        var provenance = await home.Gateway.ResultJsonAsync(job.Id, "provenance.json");
        var validated = provenance.GetProperty("history").EnumerateArray().First(moment => moment.TryGetProperty("statement", out _)).GetProperty("statement");
        var report = validated.GetProperty("report");
        Assert.Equal((2, 1), (report.GetProperty("samples").GetInt32(), report.GetProperty("over_cutoff").GetInt32()));
        Assert.Contains(
            report.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.StartsWith("1 of 2 samples are longer than cutoff_len 40 and are cut", StringComparison.Ordinal));
        await home.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Weights_that_are_no_numbers_end_the_job_before_it_trains_and_the_host_is_given_back()
    {
        // The last tensor: one NaN in bf16 is enough.
        var model = CopyModel();
        using (var weights = new FileStream(Path.Combine(model, "model.safetensors"), FileMode.Open, FileAccess.Write))
        {
            weights.Seek(-2, SeekOrigin.End);
            weights.Write([0xC0, 0x7F]);
        }

        var job = await home.Gateway.RunAsync(SmallJob.Spec with { Model = model });

        Assert.Equal((JobState.Failed, Stage.Prepare, "host_first_prompt"), (job.State, job.Stage, job.Failure?.Code));
        Assert.Contains("its weights are damaged", job.Failure!.Message, StringComparison.Ordinal);
        await home.AssertNothingLeftAsync();
    }

    public void Dispose() => _files.Dispose();

    private JobSpec Job(string fault) => fault switch
    {
        "missing data" => SmallJob.Spec with { Dataset = _files.File("gone.json") },
        "empty data" => WithData("data.jsonl", ""),
        "binary data" => WithData("data.jsonl", "\0\u0001\u0002\u0003PK"),
        "broken line" => WithData("data.jsonl", $"{Good}\n{Good}\n{Good[..25]}\n{Good}\n"),
        "broken array" => WithData("data.json", $"[\n{Good},\n{Good},\n{Good[..25]},\n{Good}]"),
        "wrong columns" => WithData("data.jsonl", """{"question": "Who are you?", "answer": "I am Ada."}"""),
        "no usable sample" => WithData("data.jsonl", "{\"instruction\": \"a\", \"output\": \"\"}\n{\"instruction\": \"b\", \"output\": \"\"}\n"),
        "nothing within the cutoff" => WithData("data.jsonl", Good.Replace("Who are you?", string.Concat(Enumerable.Repeat("Who are you? ", 20)), StringComparison.Ordinal))
            with
        { Hyperparameters = SmallJob.Spec.Hyperparameters with { CutoffLen = 8 } },
        "unknown template" => SmallJob.Spec with { Template = "quen" },
        "missing shard" => WithModel(model =>
        {
            File.Move(Path.Combine(model, "model.safetensors"), Path.Combine(model, "model-1.safetensors"));
            File.WriteAllText(Path.Combine(model, "model.safetensors.index.json"), """{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}""");
        }),
        "truncated weights" => WithModel(model =>
        {
            using var weights = new FileStream(Path.Combine(model, "model.safetensors"), FileMode.Open);
            weights.SetLength(weights.Length / 2);
        }),
        "hostile weights" => WithModel(model => File.WriteAllBytes(
            Path.Combine(model, "model.safetensors"), [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, .. "{\"a\":{}}"u8])),
        "contradicting config" => WithConfig("intermediate_size", 640),
        "ids beyond the embedding" => WithModel(model => Change(Path.Combine(model, "tokenizer.json"), tokenizer =>
            tokenizer["model"]!["vocab"]!.AsObject().Add("beyond", 9999))),
        _ => throw new ArgumentException($"No such fault: {fault}", nameof(fault)),
    };

    private JobSpec WithData(string name, string text) => SmallJob.Spec with { Dataset = _files.Write(name, text) };

    private JobSpec WithConfig(string key, int value) => WithModel(model => Change(Path.Combine(model, "config.json"), config => config[key] = value));

    private JobSpec WithModel(Action<string> change)
    {
        var model = CopyModel();
        change(model);
        return SmallJob.Spec with { Model = model };
    }

    private static void Change(string path, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private string CopyModel()
    {
        var model = _files.File("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(SmallJob.Spec.Model))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        return model;
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.Training.Checkpoints;
using FineTunePipeline.Training.Watching;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>What the pipeline takes for granted of a <c>llamafactory-cli</c>: its files, exit codes and results, asked of the program itself.</summary>
public sealed class LlamaFactoryContractTests : IDisposable
{
    private const int Steps = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny-qwen3", "lora")]
    [InlineData("tiny-llama2", "lora")]
    [InlineData("tiny-qwen3", "full")]
    [InlineData("tiny-llama2", "full")]
    public async Task It_trains_tells_its_steps_and_saves_what_it_can_go_on_from(string model, string method)
    {
        var output = _folder.At("out");

        var end = await TrainAsync(Training(model, method, output));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var lines = File.ReadLines(output + "/trainer_log.jsonl").Select(TrainerLogLine.Parse).ToList();
        Assert.DoesNotContain(null, lines);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], lines.Where(line => line!.Loss is not null).Select(line => line!.Step));
        Assert.All(lines, line => Assert.Equal(Steps, line!.TotalSteps));
        Assert.Equal([3, 6, 8], CheckpointFolders.Complete(Files(output)));
        var state = CheckpointState.Read(await File.ReadAllBytesAsync(output + "/checkpoint-6/trainer_state.json"));
        Assert.Equal(Steps, state!.TotalSteps);
        Assert.NotNull(state.WithBatchSize(7));
        Assert.True(File.Exists(Path.Combine(output, method == "lora" ? "adapter_config.json" : "config.json")));
        Assert.True(File.Exists(Path.Combine(output, method == "lora" ? "adapter_model.safetensors" : "model.safetensors")));
    }

    [Theory]
    [InlineData("tiny-qwen3", "lora")]
    [InlineData("tiny-llama2", "full")]
    public async Task It_goes_on_from_a_checkpoint_elsewhere_to_the_same_bytes(string model, string method)
    {
        var (whole, resumed) = (_folder.At("whole"), _folder.At("elsewhere", "resumed"));
        Assert.Equal(0, (await TrainAsync(Training(model, method, whole))).ExitCode);
        _folder.CopyFolder(whole + "/checkpoint-3", resumed + "/checkpoint-3");

        var end = await TrainAsync(Training(model, method, resumed).Add("resume_from_checkpoint", resumed + "/checkpoint-3"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal(4, File.ReadLines(resumed + "/trainer_log.jsonl").Select(TrainerLogLine.Parse).First(line => line!.Loss is not null)!.Step);
        var weights = method == "lora" ? "adapter_model.safetensors" : "model.safetensors";
        Assert.Equal(await File.ReadAllBytesAsync($"{whole}/{weights}"), await File.ReadAllBytesAsync($"{resumed}/{weights}"));
    }

    [Fact]
    public async Task Half_the_micro_batch_in_the_checkpoint_too_is_the_same_training()
    {
        var (whole, halved) = (_folder.At("whole"), _folder.At("halved"));
        Assert.Equal(0, (await TrainAsync(Training("tiny-qwen3", "lora", whole))).ExitCode);
        _folder.CopyFolder(whole + "/checkpoint-3", halved + "/checkpoint-3");
        var stateFile = halved + "/checkpoint-3/trainer_state.json";
        await File.WriteAllBytesAsync(stateFile, CheckpointState.Read(await File.ReadAllBytesAsync(stateFile))!.WithBatchSize(2)!);

        var end = await TrainAsync(Training("tiny-qwen3", "lora", halved, batch: 2, accumulation: 2).Add("resume_from_checkpoint", halved + "/checkpoint-3"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var (expected, actual) = (Losses(whole), Losses(halved));
        Assert.Equal([4, 5, 6, 7, 8], actual.Keys);
        Assert.All(actual, loss => Assert.InRange(loss.Value, expected[loss.Key] * 0.98, expected[loss.Key] * 1.02));
        Assert.Equal([3, 6, 8], CheckpointFolders.Complete(Files(halved)));
    }

    [Theory]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-llama2")]
    public async Task Its_merge_and_ours_differ_by_no_more_than_the_last_bit(string model)
    {
        var (adapter, theirs, ours) = (_folder.At("adapter"), _folder.At("theirs"), _folder.At("ours"));
        Assert.Equal(0, (await TrainAsync(Training(model, "lora", adapter))).ExitCode);
        var export = new TrainerYaml()
            .Add("model_name_or_path", TestModels.Folder(model)).Add("adapter_name_or_path", adapter).Add("finetuning_type", "lora").Add("template", "empty")
            .Add("export_dir", theirs).Add("export_device", "cpu");

        var exported = await RunAsync("export", export);
        var merged = await ModelEngine.RunAsync("merge", TestModels.Folder(model), adapter, ours);

        Assert.True(exported.ExitCode == 0, exported.Diagnostics);
        Assert.True(merged.ExitCode == 0, merged.Diagnostics);
        AssertSameWeights(theirs + "/model.safetensors", ours + "/model.safetensors");
    }

    [Theory]
    [InlineData("template: nope", "Template nope does not exist.")]
    [InlineData("dataset: nope", "nope")]
    [InlineData("learning_rte: 1.0", "learning_rte")]
    public async Task It_ends_with_1_and_says_why_in_its_last_line(string line, string words)
    {
        var yaml = Training("tiny-qwen3", "lora", _folder.At("out")).ToString();
        var key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        var lines = yaml.Split('\n').Where(each => !each.StartsWith(key + ":", StringComparison.Ordinal)).Append(line + "\n");

        var end = await RunAsync("train", string.Join('\n', lines));

        Assert.Equal(1, end.ExitCode);
        Assert.Contains(words, end.Diagnostics.Trim().Split('\n')[^1]);
    }

    private static SortedDictionary<int, double> Losses(string output) => new(
        File.ReadLines(output + "/trainer_log.jsonl").Select(TrainerLogLine.Parse).Where(line => line!.Loss is not null).ToDictionary(line => line!.Step, line => line!.Loss!.Value));

    private TrainerYaml Training(string model, string method, string output, int batch = 4, int accumulation = 1)
    {
        _folder.Write("data/dataset_info.json", """{"few": {"file_name": "few.json"}}""");
        _folder.Write(
            "data/few.json",
            JsonSerializer.Serialize(Enumerable.Range(0, 32).Select(i => new { instruction = $"What is {i} and one?", input = "", output = $"It is {i + 1}." })));
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", TestModels.Folder(model)).Add("stage", "sft").Add("do_train", true).Add("finetuning_type", method)
            .Add("dataset", "few").Add("dataset_dir", _folder.At("data")).Add("template", "empty").Add("cutoff_len", 64)
            .Add("preprocessing_num_workers", 1).Add("dataloader_num_workers", 0)
            .Add("output_dir", output).Add("overwrite_output_dir", false).Add("logging_steps", 1).Add("save_steps", 3).Add("save_only_model", false).Add("report_to", "none")
            .Add("per_device_train_batch_size", batch).Add("gradient_accumulation_steps", accumulation).Add("learning_rate", 0.001).Add("max_steps", Steps).Add("seed", 42);
        return method == "lora" ? yaml.Add("lora_rank", 4).Add("lora_target", "all") : yaml;
    }

    private Task<EngineResult> TrainAsync(TrainerYaml yaml) => RunAsync("train", yaml);

    private Task<EngineResult> RunAsync(string verb, TrainerYaml yaml) => RunAsync(verb, yaml.ToString());

    private Task<EngineResult> RunAsync(string verb, string yaml)
    {
        var file = _folder.Write($"{verb}-{Guid.NewGuid():N}.yaml", yaml);
        var environment = new[] { "OMP_NUM_THREADS=1", "DISABLE_VERSION_CHECK=1", "HF_HUB_OFFLINE=1" };
        return ModelEngine.RunAsync("/usr/bin/env", [.. environment, LlamaFactoryTool.In(_folder.Path), verb, file]);
    }

    private static HostFile[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => new HostFile(Path.GetRelativePath(folder, file), new FileInfo(file).Length))];

    /// <summary>Both have 16 bits a value; a step of the last bit is one more or less of the value's bits.</summary>
    private static void AssertSameWeights(string left, string right)
    {
        using var one = SafetensorsFile.Open(left);
        using var other = SafetensorsFile.Open(right);
        Assert.Equal(one.Tensors.Keys.Order(), other.Tensors.Keys.Order());
        foreach (var (name, entry) in one.Tensors)
        {
            Assert.Equal((TensorType.BF16, TensorType.BF16), (entry.Type, other.Tensors[name].Type));
            var (ours, theirs) = (MemoryMarshal.Cast<byte, short>(one.Bytes(entry)).ToArray(), MemoryMarshal.Cast<byte, short>(other.Bytes(other.Tensors[name])).ToArray());
            Assert.Equal(ours.Length, theirs.Length);
            var most = ours.Zip(theirs, (a, b) => a < 0 == b < 0 ? Math.Abs(a - b) : (a & 0x7fff) + (b & 0x7fff)).Max();
            Assert.True(most <= 1, $"{name} differs by {most} steps of the last bit");
        }
    }
}

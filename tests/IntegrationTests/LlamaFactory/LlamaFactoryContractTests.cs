using System.Runtime.InteropServices;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.ModelFormats.Safetensors;
using FineTunePipeline.Training.Checkpoints;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>What the pipeline takes for granted of a <c>llamafactory-cli</c>: its files, exit codes and results, asked of the program itself.</summary>
public sealed class LlamaFactoryContractTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LlamaFactoryRuns _runs;

    public LlamaFactoryContractTests() => _runs = new LlamaFactoryRuns(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny-qwen3", "lora")]
    [InlineData("tiny-llama2", "lora")]
    [InlineData("tiny-qwen3", "full")]
    [InlineData("tiny-llama2", "full")]
    public async Task It_trains_tells_its_steps_and_saves_what_it_can_go_on_from(string model, string method)
    {
        var output = _folder.At("out");

        var end = await _runs.TrainAsync(await _runs.TrainingAsync(model, method, output));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var lines = LlamaFactoryRuns.Log(output);
        Assert.DoesNotContain(null, lines);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], lines.Where(line => line!.Loss is not null).Select(line => line!.Step));
        Assert.All(lines, line => Assert.Equal(LlamaFactoryRuns.Steps, line!.TotalSteps));
        Assert.Equal([3, 6, 8], CheckpointFolders.Complete(LlamaFactoryRuns.Files(output)));
        var state = CheckpointState.Read(await File.ReadAllBytesAsync(output + "/checkpoint-6/trainer_state.json"));
        Assert.Equal(LlamaFactoryRuns.Steps, state!.TotalSteps);
        Assert.NotNull(state.Fitted(7));
        Assert.True(File.Exists(Path.Combine(output, method == "lora" ? "adapter_config.json" : "config.json")));
        Assert.True(File.Exists(Path.Combine(output, method == "lora" ? "adapter_model.safetensors" : "model.safetensors")));
    }

    [Theory]
    [InlineData("tiny-qwen3", "lora")]
    [InlineData("tiny-llama2", "full")]
    public async Task It_goes_on_from_a_checkpoint_elsewhere_to_the_same_bytes(string model, string method)
    {
        var (whole, resumed) = (_folder.At("whole"), _folder.At("elsewhere", "resumed"));
        Assert.Equal(0, (await _runs.TrainAsync(await _runs.TrainingAsync(model, method, whole))).ExitCode);
        _folder.CopyFolder(whole + "/checkpoint-3", resumed + "/checkpoint-3");

        var end = await _runs.TrainAsync((await _runs.TrainingAsync(model, method, resumed)).Add("resume_from_checkpoint", resumed + "/checkpoint-3"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal(4, LlamaFactoryRuns.Log(resumed).First(line => line!.Loss is not null)!.Step);
        var weights = method == "lora" ? "adapter_model.safetensors" : "model.safetensors";
        Assert.Equal(await File.ReadAllBytesAsync($"{whole}/{weights}"), await File.ReadAllBytesAsync($"{resumed}/{weights}"));
    }

    [Fact]
    public async Task Half_the_micro_batch_in_the_checkpoint_too_is_the_same_training()
    {
        var (whole, halved) = (_folder.At("whole"), _folder.At("halved"));
        Assert.Equal(0, (await _runs.TrainAsync(await _runs.TrainingAsync("tiny-qwen3", "lora", whole))).ExitCode);
        _folder.CopyFolder(whole + "/checkpoint-3", halved + "/checkpoint-3");
        var stateFile = halved + "/checkpoint-3/trainer_state.json";
        await File.WriteAllBytesAsync(stateFile, CheckpointState.Read(await File.ReadAllBytesAsync(stateFile))!.Fitted(2)!);

        var end = await _runs.TrainAsync((await _runs.TrainingAsync("tiny-qwen3", "lora", halved, batch: 2, accumulation: 2)).Add("resume_from_checkpoint", halved + "/checkpoint-3"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var (expected, actual) = (LlamaFactoryRuns.Losses(whole), LlamaFactoryRuns.Losses(halved));
        Assert.Equal([4, 5, 6, 7, 8], actual.Keys);
        Assert.All(actual, loss => Assert.InRange(loss.Value, expected[loss.Key] * 0.98, expected[loss.Key] * 1.02));
        Assert.Equal([3, 6, 8], CheckpointFolders.Complete(LlamaFactoryRuns.Files(halved)));
    }

    [Theory]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-llama2")]
    public async Task Its_merge_and_ours_differ_by_no_more_than_the_last_bit(string model)
    {
        var (adapter, theirs, ours) = (_folder.At("adapter"), _folder.At("theirs"), _folder.At("ours"));
        Assert.Equal(0, (await _runs.TrainAsync(await _runs.TrainingAsync(model, "lora", adapter))).ExitCode);
        var export = new TrainerYaml()
            .Add("model_name_or_path", TestModels.Folder(model)).Add("adapter_name_or_path", adapter).Add("finetuning_type", "lora").Add("template", "empty")
            .Add("export_dir", theirs).Add("export_device", "cpu");

        var exported = await _runs.RunAsync("export", export.ToString());
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
        var yaml = (await _runs.TrainingAsync("tiny-qwen3", "lora", _folder.At("out"))).ToString();
        var key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        var lines = yaml.Split('\n').Where(each => !each.StartsWith(key + ":", StringComparison.Ordinal)).Append(line + "\n");

        var end = await _runs.RunAsync("train", string.Join('\n', lines));

        Assert.Equal(1, end.ExitCode);
        Assert.Contains(words, end.Diagnostics.Trim().Split('\n')[^1]);
    }

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

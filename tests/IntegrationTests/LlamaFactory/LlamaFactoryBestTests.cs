using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Training.Checkpoints;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>Early stop and the best checkpoint by evaluation loss, also where a training goes on elsewhere. Our own trainer refuses both.</summary>
public sealed class LlamaFactoryBestTests : IDisposable
{
    private const int Patience = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly LlamaFactoryRuns _runs;

    public LlamaFactoryBestTests() => _runs = new LlamaFactoryRuns(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lora")]
    [InlineData("full")]
    public async Task It_ends_early_with_the_best_weights_and_so_does_one_that_went_on_elsewhere(string method)
    {
        var (whole, resumed) = (_folder.At("whole"), _folder.At("elsewhere", "resumed"));

        var end = await _runs.TrainAsync(await WatchedAsync(method, whole));

        if (LlamaFactoryTool.IsOurOwn)
        {
            Assert.Equal(1, end.ExitCode);
            return;
        }

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var state = await StateAsync(whole);
        var best = state.BestStep!.Value;
        Assert.True(state.Step < state.TotalSteps, $"{state.Step} of {state.TotalSteps} steps");
        Assert.Equal(best + (Patience * 2), state.Step);
        Assert.Equal(state.Step, LlamaFactoryRuns.Log(whole)[^1]!.Step);
        Assert.Contains(best, CheckpointFolders.Complete(LlamaFactoryRuns.Files(whole)));
        Assert.Equal(await WeightsAsync($"{whole}/checkpoint-{best}", method), await WeightsAsync(whole, method));

        // A host is taken two evaluations after the best one: the next host gets the last checkpoint and the best one, in folders of its own.
        var last = best + 4;
        foreach (var step in new[] { best, last })
        {
            _folder.CopyFolder($"{whole}/checkpoint-{step}", $"{resumed}/checkpoint-{step}");
        }

        var file = $"{resumed}/checkpoint-{last}/trainer_state.json";
        await File.WriteAllBytesAsync(file, CheckpointState.Read(await File.ReadAllBytesAsync(file))!.Fitted(4, $"{resumed}/checkpoint-{best}")!);
        Directory.Move(whole, whole + "-gone");

        end = await _runs.TrainAsync((await WatchedAsync(method, resumed)).Add("resume_from_checkpoint", $"{resumed}/checkpoint-{last}"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var again = await StateAsync(resumed);
        Assert.Equal((state.Step, best, state.BestLoss), (again.Step, again.BestStep, again.BestLoss));
        Assert.Equal(await WeightsAsync(whole + "-gone", method), await WeightsAsync(resumed, method));
    }

    /// <summary>Why the pipeline brings the best checkpoint along, and compares the result with it: the tool says nothing.</summary>
    [Fact]
    public async Task Without_the_best_checkpoint_beside_it_it_ends_well_and_with_other_weights()
    {
        Assert.SkipWhen(LlamaFactoryTool.IsOurOwn, "Our own trainer knows no best checkpoint.");
        var (whole, resumed) = (_folder.At("whole"), _folder.At("elsewhere", "resumed"));
        Assert.Equal(0, (await _runs.TrainAsync(await WatchedAsync("lora", whole))).ExitCode);
        var best = (await StateAsync(whole)).BestStep!.Value;
        var last = best + 4;
        _folder.CopyFolder($"{whole}/checkpoint-{last}", $"{resumed}/checkpoint-{last}");
        Directory.Move(whole, whole + "-gone");

        var end = await _runs.TrainAsync((await WatchedAsync("lora", resumed)).Add("resume_from_checkpoint", $"{resumed}/checkpoint-{last}"));

        Assert.Equal(0, end.ExitCode);
        Assert.Equal(best, (await StateAsync(resumed)).BestStep);
        Assert.NotEqual(await WeightsAsync($"{whole}-gone/checkpoint-{best}", "lora"), await WeightsAsync(resumed, "lora"));
    }

    /// <summary>So fast that the evaluation loss soon rises.</summary>
    private async Task<TrainerYaml> WatchedAsync(string method, string output) => (await _runs.TrainingAsync("tiny-qwen3", method, output))
        .Add("learning_rate", 0.02).Add("lr_scheduler_type", "constant").Add("max_steps", 60).Add("save_steps", 2).Add("save_total_limit", 3)
        .Add("val_size", 0.25).Add("per_device_eval_batch_size", 4).Add("eval_strategy", "steps").Add("eval_steps", 2)
        .Add("metric_for_best_model", "eval_loss").Add("greater_is_better", false).Add("restore_callback_states_from_checkpoint", true)
        .Add("early_stopping_steps", Patience).Add("load_best_model_at_end", true);

    private static async Task<CheckpointState> StateAsync(string output) => CheckpointState.Read(await File.ReadAllBytesAsync(output + "/trainer_state.json"))!;

    private static Task<byte[]> WeightsAsync(string folder, string method) => File.ReadAllBytesAsync($"{folder}/{(method == "lora" ? "adapter_model" : "model")}.safetensors");
}

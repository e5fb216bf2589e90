using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Training.Checkpoints;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>The stages beside sft, and freeze: that <c>llamafactory-cli</c> takes what the pipeline writes for them, and that what it leaves can be gone on from. Our own trainer refuses them.</summary>
public sealed class LlamaFactoryStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LlamaFactoryRuns _runs;

    public LlamaFactoryStageTests() => _runs = new LlamaFactoryRuns(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TrainingStage.Pt, "lora")]
    [InlineData(TrainingStage.Dpo, "lora")]
    [InlineData(TrainingStage.Dpo, "full")]
    [InlineData(TrainingStage.Kto, "lora")]
    [InlineData(TrainingStage.Kto, "freeze")]
    [InlineData(TrainingStage.Sft, "freeze")]
    public async Task It_trains_tells_its_steps_and_goes_on_elsewhere_to_the_same_bytes(TrainingStage stage, string method)
    {
        var (whole, resumed) = (_folder.At("whole"), _folder.At("elsewhere", "resumed"));

        var end = await _runs.TrainAsync(await _runs.TrainingAsync("tiny-qwen3", method, whole, stage));

        if (LlamaFactoryTool.IsOurOwn)
        {
            Assert.Equal(1, end.ExitCode);
            Assert.Contains(stage == TrainingStage.Sft ? "finetuning_type" : "stage", end.Diagnostics.Trim().Split('\n')[^1]);
            return;
        }

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        var lines = LlamaFactoryRuns.Log(whole);
        Assert.DoesNotContain(null, lines);
        Assert.Equal(Enumerable.Range(1, LlamaFactoryRuns.Steps), lines.Where(line => line!.Loss is not null).Select(line => line!.Step));
        Assert.Equal([3, 6, 8], CheckpointFolders.Complete(LlamaFactoryRuns.Files(whole)));
        var weights = method == "lora" ? "adapter_model.safetensors" : "model.safetensors";
        _folder.CopyFolder(whole + "/checkpoint-3", resumed + "/checkpoint-3");

        end = await _runs.TrainAsync((await _runs.TrainingAsync("tiny-qwen3", method, resumed, stage)).Add("resume_from_checkpoint", resumed + "/checkpoint-3"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal(4, LlamaFactoryRuns.Log(resumed).First(line => line!.Loss is not null)!.Step);
        Assert.Equal(await File.ReadAllBytesAsync($"{whole}/{weights}"), await File.ReadAllBytesAsync($"{resumed}/{weights}"));
    }

    [Fact]
    public async Task Data_of_another_stage_is_refused_in_its_last_line()
    {
        var data = (await _runs.TrainingAsync("tiny-qwen3", "lora", _folder.At("out"), TrainingStage.Dpo)).ToString();

        var end = await _runs.RunAsync("train", data.Replace("stage: \"dpo\"", "stage: \"sft\"", StringComparison.Ordinal));

        Assert.Equal(1, end.ExitCode);
        Assert.Contains("The dataset is not applicable in the current training stage.", end.Diagnostics);
    }
}

using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TrainerFolder _folder = new();

    [Theory]
    [InlineData("finetuning_type=lora")]
    [InlineData("finetuning_type=full", "learning_rate=1e-3")]
    public async Task Ends_with_the_same_bits_when_it_goes_on_in_the_middle_of_an_epoch(params string[] method)
    {
        string[] options = ["eval_strategy=steps", "eval_steps=5", "val_size=5", "logging_steps=2", .. method];
        await _folder.TrainedAsync(["output_dir=straight", .. options]);
        _folder.CopyFolder("straight/checkpoint-3", "resumed/checkpoint-3");

        var result = await _folder.TrainedAsync(["output_dir=resumed", .. options]);

        Assert.Contains("Resuming training from", result.Output);
        Assert.Contains("Resuming training from checkpoint with epoch 0 and global step 3", result.Diagnostics);
        var weights = method[0].EndsWith("full", StringComparison.Ordinal) ? "model.safetensors" : "adapter_model.safetensors";
        Assert.Equal(_folder.Bytes("straight", weights), _folder.Bytes("resumed", weights));
        Assert.Equal(_folder.Bytes("straight", "checkpoint-12", "optimizer.pt"), _folder.Bytes("resumed", "checkpoint-12", "optimizer.pt"));
        Assert.Equal(_folder.Bytes("straight", "checkpoint-12", "rng_state.pth"), _folder.Bytes("resumed", "checkpoint-12", "rng_state.pth"));
        Assert.Equal(Losses("straight").Where(pair => pair.Step > 3), Losses("resumed"));
        Assert.Equal(Number("straight", "train_loss"), Number("resumed", "train_loss"));
        Assert.Equal(Number("straight", "total_flos"), Number("resumed", "total_flos"));
    }

    [Fact]
    public async Task Goes_on_from_the_checkpoint_that_is_named()
    {
        await _folder.TrainedAsync("output_dir=straight");

        await _folder.TrainedAsync("output_dir=named", "resume_from_checkpoint=straight/checkpoint-6");

        Assert.Equal(_folder.Bytes("straight", "adapter_model.safetensors"), _folder.Bytes("named", "adapter_model.safetensors"));
        Assert.Equal(["checkpoint-9", "checkpoint-12"], _folder.Checkpoints("named"));
    }

    [Fact]
    public async Task Saves_a_checkpoint_and_ends_with_143_when_it_is_terminated()
    {
        await _folder.TrainedAsync("output_dir=straight", "max_steps=200", "save_steps=100", "logging_steps=1");
        var process = _folder.Start("train", "train.yaml", "max_steps=200", "save_steps=100", "logging_steps=1");
        await UntilLoggedAsync(process);

        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        var result = await TrainerFolder.EndAsync(process);
        Assert.True(result.ExitCode == 143, result.ToString());
        var saved = Assert.Single(_folder.Checkpoints());
        Assert.True(File.Exists(_folder.At("out", saved, "trainer_state.json")));
        Assert.DoesNotContain("checkpoint-100", saved);

        await _folder.TrainedAsync("max_steps=200", "save_steps=100", "logging_steps=1");
        Assert.Equal(_folder.Bytes("straight", "adapter_model.safetensors"), _folder.Bytes("out", "adapter_model.safetensors"));
    }

    [Fact]
    public async Task Goes_on_after_it_was_killed_and_removes_the_half_written_checkpoint()
    {
        await _folder.TrainedAsync("output_dir=straight");
        _folder.CopyFolder("straight/checkpoint-3", "out/checkpoint-3");
        _folder.CopyFolder("straight/checkpoint-6", "out/tmp-checkpoint-6");
        File.Delete(_folder.At("out", "tmp-checkpoint-6", "trainer_state.json"));

        await _folder.TrainedAsync();

        Assert.Equal(["checkpoint-3", "checkpoint-6", "checkpoint-9", "checkpoint-12"], _folder.Checkpoints());
        Assert.Equal(_folder.Bytes("straight", "adapter_model.safetensors"), _folder.Bytes("out", "adapter_model.safetensors"));
    }

    [Theory]
    [InlineData("trainer_state.json", true)]
    [InlineData("optimizer.pt", true)]
    [InlineData("adapter_model.safetensors", false)]
    public async Task Falls_back_to_an_older_checkpoint_when_the_newest_is_damaged(string file, bool delete)
    {
        await _folder.TrainedAsync();
        var whole = _folder.Bytes("out", "adapter_model.safetensors");
        var path = _folder.At("out", "checkpoint-12", file);
        if (delete)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        }

        var result = await _folder.TrainedAsync();

        Assert.Contains("checkpoint-12 is not complete", result.Output);
        Assert.Contains("checkpoint-9.", result.Output);
        Assert.Equal(whole, _folder.Bytes("out", "adapter_model.safetensors"));
    }

    [Theory]
    [InlineData("trainer_state.json", "FileNotFoundError: [Errno 2] No such file or directory: '")]
    [InlineData("adapter_model.safetensors", "safetensors._safetensors_rust.SafetensorError: Error while deserializing header: incomplete metadata, file not fully covered")]
    public async Task Refuses_a_damaged_checkpoint_that_is_named(string file, string expected)
    {
        await _folder.TrainedAsync("output_dir=before");
        var path = _folder.At("before", "checkpoint-12", file);
        if (file.EndsWith("json", StringComparison.Ordinal))
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        }

        var result = await _folder.TrainAsync("resume_from_checkpoint=before/checkpoint-12");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(expected, result.LastLine);
    }

    [Fact]
    public async Task Leaves_the_results_of_a_training_that_is_done()
    {
        await _folder.TrainedAsync();
        var (results, state, adapter) = (_folder.Bytes("out", "train_results.json"), _folder.Bytes("out", "trainer_state.json"), _folder.Bytes("out", "adapter_model.safetensors"));

        await _folder.TrainedAsync();

        Assert.Equal(results, _folder.Bytes("out", "train_results.json"));
        Assert.Equal(state, _folder.Bytes("out", "trainer_state.json"));
        Assert.Equal(adapter, _folder.Bytes("out", "adapter_model.safetensors"));
        Assert.False(_folder.Log()[^1].TryGetProperty("loss", out _));
    }

    [Fact]
    public async Task Warns_when_the_data_is_another()
    {
        await _folder.TrainedAsync("max_steps=3");

        var result = await _folder.TrainedAsync("max_steps=6", "max_samples=30");

        Assert.Contains("not the ones that this checkpoint was trained on", result.Output);
    }

    public void Dispose() => _folder.Dispose();

    private async Task UntilLoggedAsync(Process process)
    {
        var log = _folder.At("out", "trainer_log.jsonl");
        while (!process.HasExited && (!File.Exists(log) || new FileInfo(log).Length == 0))
        {
            await Task.Delay(20);
        }
    }

    private List<(int Step, double Loss)> Losses(string output) =>
    [
        .. _folder.Log(output).Select(line => (
            line.GetProperty("current_steps").GetInt32(),
            line.TryGetProperty("loss", out var loss) || line.TryGetProperty("eval_loss", out loss) ? loss.GetDouble() : 0)),
    ];

    private double Number(string output, string name) => _folder.Json(output, "train_results.json").GetProperty(name).GetDouble();
}

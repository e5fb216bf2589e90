using System.Diagnostics;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

/// <summary>Each fault ends with exit code 1 and, as the last line of stderr, LLaMA-Factory's words for it where it knows the fault.</summary>
public sealed class TrainerErrorTests : IDisposable
{
    private readonly TrainerFolder _folder = new();

    [Theory]
    [InlineData("ValueError: Undefined dataset nope in dataset_info.json.", "dataset=nope")]
    [InlineData("ValueError: Cannot open none/dataset_info.json due to [Errno 2] No such file or directory: 'none/dataset_info.json'.", "dataset_dir=none")]
    [InlineData("ValueError: Template nope does not exist.", "template=nope")]
    [InlineData("OSError: Failed to load tokenizer.", "model_name_or_path=/no/such/model")]
    [InlineData("ValueError: Some keys are not used by the HfArgumentParser: ['learning_rte']", "learning_rte=0.1")]
    [InlineData("ValueError: learning_rate must be a number, not 'abc'.", "learning_rate=abc")]
    [InlineData("ValueError: False is not a valid IntervalStrategy, please select one of ['no', 'steps', 'epoch']", "eval_strategy=no")]
    [InlineData("ValueError: Your setup doesn't support bf16/gpu. You need to assign use_cpu if you want to train the model on CPU.", "bf16=true")]
    [InlineData("NotImplementedError: This trainer does not do `quantization_bit: 4`. Remove the key, or train with LLaMA-Factory itself.", "quantization_bit=4")]
    public async Task Reports_a_wrong_configuration(string expected, string fault) => await FailsAsync(expected, fault);

    [Theory]
    [InlineData("datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset", """[{"instruction": "a", "output": "b"},""")]
    [InlineData("datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset", "\0\u0001\u0002")]
    [InlineData("KeyError: 'instruction'", """[{"question": "a", "output": "b"}]""")]
    [InlineData("KeyError: 'output'", """[{"instruction": "a", "answer": "b"}]""")]
    [InlineData("ValueError: Instruction \"train\" corresponds to no data!", "[]")]
    [InlineData("ValueError: Instruction \"train\" corresponds to no data!", "")]
    [InlineData("RuntimeError: Cannot find valid samples: none of the 1 records of data/bad.json can be used.", """[{"instruction": "a", "output": ""}]""")]
    public async Task Reports_unusable_data(string expected, string text)
    {
        _folder.AddDataset("bad", text);

        await FailsAsync(expected, "dataset=bad");
    }

    [Fact]
    public async Task Reports_a_data_file_that_is_not_there()
    {
        _folder.Write("data/dataset_info.json", """{"gone": {"file_name": "gone.json"}}""");

        await FailsAsync("ValueError: File data/gone.json not found.", "dataset=gone");
    }

    [Fact]
    public async Task Reports_that_no_answer_is_within_the_cutoff() =>
        await FailsAsync("RuntimeError: Cannot find valid samples: all 37 training samples were left out.", "cutoff_len=1");

    [Fact]
    public async Task Reports_a_missing_configuration()
    {
        var result = await _folder.RunAsync("train", "none.yaml");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal($"FileNotFoundError: [Errno 2] No such file or directory: '{_folder.At("none.yaml")}'", result.LastLine);
    }

    [Fact]
    public async Task Reports_a_model_without_its_weights()
    {
        _folder.CopyFolder(EnginePath.TestData("models", "tiny-qwen3"), "model");
        File.Delete(_folder.At("model", "model.safetensors"));

        var result = await _folder.TrainAsync("model_name_or_path=model");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("ValueError: ", result.LastLine);
        Assert.Contains("model.safetensors", result.LastLine);
    }

    [Fact]
    public async Task Stops_when_the_loss_is_no_number_and_keeps_the_last_good_checkpoint()
    {
        var result = await _folder.TrainAsync("finetuning_type=full", "learning_rate=1e30", "lr_scheduler_type=constant", "save_steps=1");

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Matches(@"^ValueError: (loss|gradient norm) is (nan|inf) at step \d+: from a loss of nan or inf nothing can be learnt\.", result.LastLine);
        var checkpoints = _folder.Checkpoints();
        Assert.NotEmpty(checkpoints);
        Assert.DoesNotContain(checkpoints, name => name.StartsWith("tmp", StringComparison.Ordinal));
        Assert.False(File.Exists(_folder.At("out", "train_results.json")));
    }

    [Fact]
    public async Task Saves_no_checkpoint_of_weights_that_are_no_numbers()
    {
        // Without an epsilon, AdamW divides zero by zero for the adapters' first matrices, whose gradient is zero in the first step.
        var result = await _folder.TrainAsync("adam_epsilon=0", "save_steps=1");

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Matches("^ValueError: .+lora_A.weight is nan or inf after step 1", result.LastLine);
        Assert.Empty(_folder.Checkpoints());
    }

    [Fact]
    public async Task Leaves_no_half_checkpoint_when_writing_fails()
    {
        // A limit on the size of files: the adapter fits, the optimizer's state does not. The runtime's own mapping of executable memory is a file too,
        // unless it is told otherwise.
        const string limited = "trap '' XFSZ; ulimit -f 220; DOTNET_EnableWriteXorExecute=0 exec \"$@\"";

        var result = await TrainerFolder.EndAsync(_folder.Start("bash", ["-c", limited, "bash", EnginePath.Of("finetune-trainer"), "train", "train.yaml"]));

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("CheckpointStore.Save", result.Diagnostics);
        Assert.Empty(_folder.Checkpoints());
    }

    [Fact]
    public async Task Says_that_the_disk_is_full_and_keeps_the_checkpoint_before()
    {
        Directory.CreateDirectory(_folder.At("out"));
        var probe = await TrainerFolder.EndAsync(_folder.Start("unshare", ["-m", "mount", "-t", "tmpfs", "none", "out"]));
        Assert.SkipWhen(probe.ExitCode != 0, "Making a small disk needs the right to mount.");
        const string onSmallDisk = "mount -t tmpfs -o size=900k none out && \"$@\"; code=$?; ls out; exit $code";

        var result = await TrainerFolder.EndAsync(_folder.Start("unshare", ["-m", "sh", "-c", onSmallDisk, "sh", EnginePath.Of("finetune-trainer"), "train", "train.yaml"]));

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.StartsWith("OSError: [Errno 28] No space left on device", result.LastLine);
        Assert.EndsWith("checkpoint-3\ntrainer_log.jsonl\n", result.Output);
    }

    [Fact]
    public async Task Refuses_a_folder_into_which_another_trainer_writes()
    {
        var first = _folder.Start("train", "train.yaml", "max_steps=2000");
        while (!File.Exists(_folder.At("out", "trainer_log.jsonl")) && !first.HasExited)
        {
            await Task.Delay(20);
        }

        var second = await _folder.TrainAsync();
        first.Kill();
        var killed = await TrainerFolder.EndAsync(first);

        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith("OSError: Another trainer is writing into", second.LastLine);
        Assert.Equal(137, killed.ExitCode);
        Assert.True((await _folder.TrainAsync("overwrite_output_dir=true")).ExitCode == 0, "The lock outlived its owner.");
    }

    [Fact]
    public async Task Reports_an_output_folder_that_cannot_be()
    {
        _folder.Write("file", "");

        var result = await _folder.TrainAsync("output_dir=file/out");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Error: ", result.LastLine);
        Assert.Contains("file", result.LastLine);
    }

    [Fact]
    public async Task Answers_an_unknown_verb_as_LLaMA_Factory_does()
    {
        var result = await _folder.RunAsync("foo");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("Unknown command: foo.", result.Output);
        Assert.Contains("Usage", result.Output);
    }

    [Fact]
    public async Task Reports_an_export_without_an_adapter()
    {
        _folder.Write("export.yaml", $"model_name_or_path: {EnginePath.TestData("models", "tiny-qwen3")}\nadapter_name_or_path: nope\nexport_dir: merged\n");

        var result = await _folder.RunAsync("export", "export.yaml");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("ValueError: Can't find 'adapter_config.json' at 'nope'", result.LastLine);
        Assert.False(Directory.Exists(_folder.At("merged")));
    }

    [Fact]
    public async Task Lists_its_keys_version_and_environment()
    {
        Assert.Contains("per_device_train_batch_size", (await _folder.RunAsync("train", "-h")).Output);
        Assert.StartsWith("finetune-trainer 0.", (await _folder.RunAsync("version")).Output);
        Assert.Contains("OMP_NUM_THREADS: 1", (await _folder.RunAsync("env")).Output);
    }

    public void Dispose() => _folder.Dispose();

    private async Task FailsAsync(string expected, params string[] overrides)
    {
        var result = await _folder.TrainAsync(overrides);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Equal(expected, result.LastLine);
        Assert.Empty(_folder.Checkpoints());
    }
}

using System.Text.Json;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

public sealed class TrainingTests : IDisposable
{
    private static readonly string[] ResumableFiles =
        ["adapter_model.safetensors", "adapter_config.json", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json", "training_args.bin", "tokenizer.json"];

    private readonly TrainerFolder _folder = new();

    [Fact]
    public async Task Learns_and_leaves_what_LLaMA_Factory_leaves()
    {
        var result = await _folder.TrainedAsync("max_steps=30", "save_steps=20", "eval_strategy=steps", "eval_steps=10", "val_size=5", "plot_loss=true");

        var log = _folder.Log();
        var losses = log.Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("loss").GetDouble()).ToList();
        Assert.Equal(15, losses.Count);
        Assert.True(losses[^1] < losses[0] * 0.8, $"{losses[0]} -> {losses[^1]}");
        Assert.Equal(["checkpoint-20", "checkpoint-30"], _folder.Checkpoints());
        Assert.All(ResumableFiles, name => Assert.True(File.Exists(_folder.At("out", "checkpoint-20", name)), name));
        string[] results =
        [
            "adapter_model.safetensors", "adapter_config.json", "all_results.json", "train_results.json", "eval_results.json", "trainer_log.jsonl",
            "trainer_state.json", "training_loss.svg", "training_eval_loss.svg", "tokenizer.json",
        ];
        Assert.All(results, name => Assert.True(File.Exists(_folder.At("out", name)), name));
        Assert.Contains("{'loss': '", result.Output);
        Assert.Contains("***** train metrics *****", result.Output);
        Assert.Contains("Total optimization steps = 30", result.Diagnostics);
        var last = log.Last(line => line.TryGetProperty("eval_loss", out _)).GetProperty("eval_loss").GetDouble();
        Assert.Equal(last, _folder.Json("out", "eval_results.json").GetProperty("eval_loss").GetDouble());
    }

    [Fact]
    public async Task Writes_log_lines_with_the_keys_of_LLaMA_Factory_in_their_order()
    {
        await _folder.TrainedAsync("eval_strategy=steps", "eval_steps=4", "val_size=5");

        var golden = File.ReadLines(EnginePath.TestData("llamafactory", "trainer_log.jsonl")).Select(line => Keys(JsonElement.Parse(line))).ToList();
        var log = _folder.Log();
        Assert.Equal(golden[0], Keys(log[0]));
        Assert.Equal(golden[4], Keys(log[2]));
        Assert.Equal(golden[^1], Keys(log[^1]));
        Assert.Equal([2, 4, 4, 6, 8, 8, 10, 12, 12, 12], log.Select(line => line.GetProperty("current_steps").GetInt32()));
        Assert.All(log, line => Assert.Equal(12, line.GetProperty("total_steps").GetInt32()));
        Assert.Equal(Keys(_folder.Json("out", "train_results.json")), Keys(JsonElement.Parse(File.ReadAllText(EnginePath.TestData("llamafactory", "train_results.json")))));
    }

    [Fact]
    public async Task Keeps_only_the_newest_checkpoints()
    {
        await _folder.TrainedAsync("save_steps=2", "save_total_limit=2");

        Assert.Equal(["checkpoint-10", "checkpoint-12"], _folder.Checkpoints());
    }

    [Fact]
    public async Task Gives_the_same_gradient_whatever_the_micro_batch_is()
    {
        await _folder.TrainedAsync("lora_dropout=0", "output_dir=a");
        await _folder.TrainedAsync("lora_dropout=0", "output_dir=b", "per_device_train_batch_size=2", "gradient_accumulation_steps=4");

        foreach (var (left, right) in _folder.Log("a").Zip(_folder.Log("b")).Where(pair => pair.First.TryGetProperty("loss", out _)))
        {
            Assert.Equal(left.GetProperty("loss").GetDouble(), right.GetProperty("loss").GetDouble(), 1e-3);
        }
    }

    [Fact]
    public async Task Trains_all_weights_when_told()
    {
        await _folder.TrainedAsync("finetuning_type=full", "learning_rate=1e-3");

        Assert.True(File.Exists(_folder.At("out", "model.safetensors")));
        Assert.Equal("float32", _folder.Json("out", "config.json").GetProperty("dtype").GetString());
        Assert.False(File.Exists(_folder.At("out", "adapter_model.safetensors")));
        Assert.True(File.Exists(_folder.At("out", "checkpoint-12", "model.safetensors")));

        await _folder.TrainedAsync("finetuning_type=full", $"model_name_or_path={_folder.At("out")}", "output_dir=again", "max_steps=2");
        Assert.True(_folder.Log("again")[0].GetProperty("loss").GetDouble() < _folder.Log()[0].GetProperty("loss").GetDouble());
    }

    [Fact]
    public async Task Merges_what_it_trained()
    {
        await _folder.TrainedAsync();
        _folder.Write("export.yaml", $"model_name_or_path: {EnginePath.TestData("models", "tiny-qwen3")}\nadapter_name_or_path: out\nexport_dir: merged\nexport_size: 5\n");

        var result = await _folder.RunAsync("export", "export.yaml");

        Assert.True(result.ExitCode == 0, result.ToString());
        var adapted = await PerplexityAsync("adapted", "adapter_name_or_path=out");
        var merged = await PerplexityAsync("merged-eval", $"model_name_or_path={_folder.At("merged")}");
        Assert.Equal(adapted, merged, 0.02);
    }

    [Fact]
    public async Task Counts_samples_that_are_longer_than_the_cutoff_and_trains_on_what_is_left()
    {
        var result = await _folder.TrainedAsync("cutoff_len=24", "max_steps=2");

        Assert.Matches(@"\d+ training samples are longer than cutoff_len 24 and were cut\.", result.Output);
    }

    [Fact]
    public async Task Leaves_out_records_that_cannot_be_used_and_says_which()
    {
        _folder.AddDataset("mixed", """[{"instruction": "a", "output": "b"}, {"instruction": "c", "output": ""}, {"instruction": "d", "output": "e"}]""");

        var result = await _folder.TrainedAsync("dataset=mixed", "max_steps=1");

        Assert.Contains("1 unusable records: line 1:", result.Output);
        Assert.Contains("2 training samples.", result.Output);
    }

    [Fact]
    public async Task Starts_anew_when_told_and_removes_the_checkpoints_of_before()
    {
        await _folder.TrainedAsync();
        await _folder.TrainedAsync("overwrite_output_dir=true", "max_steps=4", "save_steps=100");

        Assert.Equal(["checkpoint-4"], _folder.Checkpoints());
        Assert.Equal([2, 4, 4], _folder.Log().Select(line => line.GetProperty("current_steps").GetInt32()));
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    private async Task<double> PerplexityAsync(string output, string model)
    {
        await _folder.TrainedAsync("do_train=false", "do_eval=true", "dataset=null", "eval_dataset=tiny", $"output_dir={output}", model);
        return _folder.Json(output, "eval_results.json").GetProperty("eval_loss").GetDouble();
    }
}

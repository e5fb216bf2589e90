using System.Text.Json;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

public sealed class PredictionTests : IDisposable
{
    private static readonly string[] Predict =
        ["do_train=false", "do_predict=true", "predict_with_generate=true", "dataset=null", "eval_dataset=tiny", "do_sample=false", "max_new_tokens=16", "adapter_name_or_path=out"];

    private readonly TrainerFolder _folder = new();

    [Fact]
    public async Task Answers_every_question_in_the_order_of_the_file_with_what_was_learnt()
    {
        await _folder.TrainedAsync("max_steps=60", "learning_rate=2e-2", "save_strategy='no'");

        await _folder.TrainedAsync([.. Predict, "output_dir=p", "per_device_eval_batch_size=5"]);

        var lines = File.ReadLines(_folder.At("p", "generated_predictions.jsonl")).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(37, lines.Count);
        Assert.Equal("<|im_start|>user\nDescribe the house.<|im_end|>\n<|im_start|>assistant\n", lines[0].GetProperty("prompt").GetString());
        Assert.Equal("The house is quick. \n", lines[0].GetProperty("label").GetString());
        Assert.Contains("river", lines[1].GetProperty("prompt").GetString());
        Assert.True(lines.Count(line => line.GetProperty("predict").GetString()!.Contains("is quick.", StringComparison.Ordinal)) > 30);
        Assert.Empty(_folder.Checkpoints());
        var results = _folder.Json("p", "predict_results.json");
        var golden = JsonElement.Parse(File.ReadAllText(EnginePath.TestData("llamafactory", "predict_results.json")));
        Assert.Equal(
            golden.EnumerateObject().Select(property => property.Name).Where(name => name != "predict_model_preparation_time"),
            results.EnumerateObject().Select(property => property.Name));
        Assert.InRange(results.GetProperty("predict_rouge-1").GetDouble(), 30, 100);
    }

    [Fact]
    public async Task Gives_the_same_greedy_answers_however_they_are_batched()
    {
        await _folder.TrainedAsync();

        await _folder.TrainedAsync([.. Predict, "output_dir=one", "per_device_eval_batch_size=1"]);
        await _folder.TrainedAsync([.. Predict, "output_dir=many", "per_device_eval_batch_size=16"]);

        Assert.Equal(_folder.Bytes("one", "generated_predictions.jsonl"), _folder.Bytes("many", "generated_predictions.jsonl"));
    }

    [Fact]
    public async Task Measures_loss_and_accuracy_without_training()
    {
        await _folder.TrainedAsync("do_train=false", "do_eval=true", "dataset=null", "eval_dataset=tiny", "compute_accuracy=true", "per_device_eval_batch_size=4");

        var results = _folder.Json("out", "eval_results.json");
        Assert.InRange(results.GetProperty("eval_loss").GetDouble(), 5, 9);
        Assert.InRange(results.GetProperty("eval_accuracy").GetDouble(), 0, 1);
        Assert.Equal("0", results.GetProperty("epoch").GetRawText());
        var log = _folder.Log();
        Assert.Equal([5, 10, 0], log.Select(line => line.GetProperty("current_steps").GetInt32()));
        Assert.False(File.Exists(_folder.At("out", "train_results.json")));
    }

    public void Dispose() => _folder.Dispose();
}

using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class ArgumentReaderTests
{
    [Fact]
    public void Names_an_unknown_key_in_LLaMA_Factorys_words_and_the_nearest_known_one()
    {
        var error = Refused(("learning_rte", 0.1));

        Assert.Equal("ValueError: Some keys are not used by the HfArgumentParser: ['learning_rte']", $"{error.Type}: {error.Message}");
        Assert.Equal("Unknown key learning_rte: did you mean learning_rate?", error.Hint);
    }

    [Fact]
    public void Lists_all_unknown_keys_in_order() =>
        Assert.EndsWith("['aa', 'zz']", Refused(("zz", 1L), ("aa", 1L)).Message);

    [Theory]
    [InlineData("deepspeed", "ds_z3_config.json")]
    [InlineData("quantization_bit", 4L)]
    [InlineData("use_dora", true)]
    [InlineData("packing", true)]
    [InlineData("neftune_noise_alpha", 5.0)]
    public void Refuses_what_it_does_not_do(string key, object value)
    {
        var error = Refused((key, value));

        Assert.Equal("NotImplementedError", error.Type);
        Assert.Contains(key, error.Message);
    }

    [Theory]
    [InlineData("deepspeed", null)]
    [InlineData("quantization_bit", null)]
    [InlineData("use_dora", false)]
    [InlineData("packing", false)]
    [InlineData("top_k", 50L)]
    [InlineData("repetition_penalty", 1.0)]
    [InlineData("train_sampling_strategy", "random")]
    public void Accepts_a_key_that_asks_for_nothing(string key, object? value) => Assert.NotNull(Read((key, value)));

    [Fact]
    public void Tells_which_keys_have_no_effect() => Assert.Equal(["ddp_timeout"], Read(("ddp_timeout", 180000000L), ("seed", 1L)).WithoutEffect);

    [Fact]
    public void Explains_an_unquoted_no()
    {
        var error = Refused(("eval_strategy", false));

        Assert.Equal("False is not a valid IntervalStrategy, please select one of ['no', 'steps', 'epoch']", error.Message);
        Assert.Contains("\"no\"", error.Hint);
    }

    [Theory]
    [InlineData("learning_rate", "abc")]
    [InlineData("learning_rate", double.NaN)]
    [InlineData("learning_rate", -1.0)]
    [InlineData("per_device_train_batch_size", 0L)]
    [InlineData("per_device_train_batch_size", 1.5)]
    [InlineData("lora_dropout", 1.5)]
    [InlineData("do_train", "maybe")]
    [InlineData("finetuning_type", "freeze")]
    [InlineData("report_to", "wandb")]
    [InlineData("max_samples", 0L)]
    public void Refuses_a_value_that_cannot_be(string key, object value) => Assert.Contains(key, Refused((key, value)).Message);

    [Fact]
    public void Has_the_defaults_of_transformers_and_LLaMA_Factory()
    {
        var values = Read();

        Assert.Equal(5e-5, values.Number("learning_rate"));
        Assert.Equal(8, values.Integer("per_device_train_batch_size"));
        Assert.Equal(500, values.Number("logging_steps"));
        Assert.Equal("linear", values.Text("lr_scheduler_type"));
        Assert.Equal(2048, values.Integer("cutoff_len"));
        Assert.Null(values.OptionalInteger("lora_alpha"));
    }

    [Fact]
    public void Understands_a_configuration_of_LLaMA_Factory()
    {
        var values = ArgumentReader.Read(ConfigFile.Read([EnginePath.TestData("llamafactory", "train_lora.yaml")]));
        var options = TrainOptions.From(values);

        Assert.True(options is { DoTrain: true, DoEval: true, Lora: true, LoraRank: 8, LoraAlpha: 16, EvalBatchSize: 4, Seed: 42 });
        Assert.Equal(["tiny_alpaca"], options.Data.TrainSets);
        Assert.Equal(0.1, options.Data.ValSize);
        Assert.Equal(new Interval(IntervalUnit.Steps, 20), options.Evaluation);
        Assert.Equal(11, options.Optimizer.WarmupSteps(102));
        Assert.Equal(3, options.Output.CheckpointLimit);
        Assert.Null(options.Output.ResumeFrom);
    }

    [Theory]
    [InlineData("Nothing to do")]
    [InlineData("Please specify dataset for training.", "do_train=true")]
    [InlineData("Please make sure eval_dataset be provided or val_size >1e-6", "do_eval=true")]
    [InlineData("Please enable `predict_with_generate` to save model predictions.", "do_predict=true", "eval_dataset=a")]
    [InlineData("Cannot specify `val_size` if `eval_dataset` is not None.", "do_train=true", "dataset=a", "eval_dataset=a", "val_size=0.1")]
    [InlineData("Your setup doesn't support bf16/gpu.", "do_train=true", "dataset=a", "bf16=true")]
    [InlineData("save_steps must be a whole number", "do_train=true", "dataset=a", "save_steps=2.5")]
    public void Refuses_combinations_that_cannot_be_done(string expected, params string[] pairs)
    {
        var given = pairs.Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => YamlScalar.Parse(pair[1]));
        given["model_name_or_path"] = "/m";
        given["output_dir"] = "/o";

        var error = Assert.Throws<TrainerException>(() => TrainOptions.From(ArgumentReader.Read(given)));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Lists_every_key_in_its_help()
    {
        var help = TrainHelp.Text();

        Assert.All(ArgumentTable.All, argument => Assert.Contains($"  {argument.Name} ", help));
    }

    private static ArgumentValues Read(params (string Key, object? Value)[] given) =>
        ArgumentReader.Read(given.ToDictionary(pair => pair.Key, pair => pair.Value));

    private static TrainerException Refused(params (string Key, object? Value)[] given) => Assert.Throws<TrainerException>(() => Read(given));
}

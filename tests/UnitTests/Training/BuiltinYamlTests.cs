using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Training.Trainers.Builtin;
using Xunit;
using YamlDotNet.Serialization;

namespace FineTunePipeline.UnitTests.Training;

public sealed class BuiltinYamlTests
{
    [Fact]
    public void Writes_the_keys_of_a_lora_job()
    {
        var yaml = Read(BuiltinYaml.Write(TrainingJob.Command(), "/out", resumeFrom: null));

        Assert.Equal("/work/model", yaml["model_name_or_path"]);
        Assert.Equal("lora", yaml["finetuning_type"]);
        Assert.Equal("16", yaml["lora_alpha"]);
        Assert.Equal("0.0001", yaml["learning_rate"]);
        Assert.Equal("4", yaml["per_device_train_batch_size"]);
        Assert.Equal("true", yaml["do_train"]);
        Assert.DoesNotContain("template", yaml.Keys);
        Assert.DoesNotContain("max_samples", yaml.Keys);
        Assert.DoesNotContain("resume_from_checkpoint", yaml.Keys);
        Assert.DoesNotContain("val_size", yaml.Keys);
    }

    [Fact]
    public void Writes_what_is_set_and_no_adapter_for_full_training()
    {
        var settings = new Hyperparameters { MaxSamples = 7, ValSize = 0.25, SaveSteps = 11, MaxSteps = 40 };
        var command = TrainingJob.Command(settings: settings, method: FineTuningMethod.Full);

        var yaml = Read(BuiltinYaml.Write(command with { Spec = command.Spec with { Template = "qwen" } }, "/out", "/out/checkpoint-20"));

        Assert.Equal("full", yaml["finetuning_type"]);
        Assert.DoesNotContain("lora_rank", yaml.Keys);
        Assert.Equal("7", yaml["max_samples"]);
        Assert.Equal("0.25", yaml["val_size"]);
        Assert.Equal("11", yaml["eval_steps"]);
        Assert.Equal("40", yaml["max_steps"]);
        Assert.Equal("qwen", yaml["template"]);
        Assert.Equal("/out/checkpoint-20", yaml["resume_from_checkpoint"]);
    }

    [Fact]
    public void Every_key_is_one_that_the_trainer_knows()
    {
        var settings = new Hyperparameters { MaxSamples = 7, ValSize = 0.25, GroupByLength = true };
        var yaml = Read(BuiltinYaml.Write(TrainingJob.Command(settings: settings), "/out", "/out/checkpoint-20"));

        Assert.DoesNotContain(
            yaml.Keys, key => CpuTrainer.Arguments.ArgumentTable.Find(key) is null && !CpuTrainer.Arguments.OtherArguments.HasNoEffect(key));
    }

    [Theory]
    [InlineData("no")]
    [InlineData("# not a comment")]
    [InlineData("a: b")]
    [InlineData("quote \" and \\ and '")]
    [InlineData("two\nlines\toutput_dir: /etc")]
    [InlineData("训练 数据 \U0001F600")]
    [InlineData("")]
    public void Keeps_any_text_what_it_is(string text) => Assert.Equal(text, Read(new TrainerYaml().Add("key", text).ToString())["key"]);

    [Theory]
    [InlineData(1e-5, "1.0e-05")]
    [InlineData(0.001, "0.001")]
    [InlineData(3, "3.0")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(-2.5e30, "-2.5e+30")]
    public void Writes_a_number_so_that_it_is_the_same_number_to_every_reader(double value, string expected) =>
        Assert.Equal($"key: {expected}\n", new TrainerYaml().Add("key", value).ToString());

    private static Dictionary<string, string> Read(string yaml) => new DeserializerBuilder().Build().Deserialize<Dictionary<string, string>>(yaml);
}

using System.Text.Json;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts.Trainers;
using FineTunePipeline.JobFiles;
using FineTunePipeline.UnitTests.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class LlamaFactoryYamlTests
{
    [Fact]
    public void It_is_what_every_trainer_is_given_where_the_host_has_no_card()
    {
        var command = On(new TrainerProgram { FileName = "/tool" });

        Assert.Equal(JobYaml.Of(Setup(command)).ToString(), LlamaFactoryYaml.Of(Setup(command)).ToString());
        Assert.Equal("float32", LlamaFactoryYaml.Precision(command.Spec, command.Prepared.Trainer));
    }

    [Theory]
    [InlineData("bfloat16", "bf16: true")]
    [InlineData("float16", "fp16: true")]
    public void It_computes_in_what_the_card_is_good_at(string precision, string line)
    {
        var command = On(new TrainerProgram { FileName = "/tool", Cards = 1, Precision = precision });

        var added = Added(command);
        Assert.Equal([line], added);
        Assert.Equal(precision, LlamaFactoryYaml.Precision(command.Spec, command.Prepared.Trainer));
    }

    [Fact]
    public void Several_cards_wait_for_the_one_that_reads_the_data() =>
        Assert.Equal(["bf16: true", "ddp_timeout: 180000000"], Added(On(new TrainerProgram { FileName = "/tool", Cards = 2, Precision = "bfloat16" })));

    [Theory]
    [InlineData("""{"bf16": false}""", "float32", "bf16: false")]
    [InlineData("""{"fp16": true}""", "float16", "fp16: true")]
    [InlineData("""{"pure_bf16": true}""", "bfloat16", "bf16: true;pure_bf16: true")]
    public void What_the_job_says_of_the_type_holds(string own, string precision, string lines)
    {
        var command = On(new TrainerProgram { FileName = "/tool", Cards = 1, Precision = "bfloat16" }, own);

        Assert.Equal(precision, LlamaFactoryYaml.Precision(command.Spec, command.Prepared.Trainer));
        Assert.Equal(lines.Split(';'), Added(command));
    }

    [Fact]
    public void The_jobs_own_keys_are_written_so_that_they_stay_what_they_are() => Assert.Equal(
        [
            "neftune_noise_alpha: 5", "optim: \"adamw_torch\"", "eval_strategy: \"no\"", "lora_plus: 1.0e-05", "packing: true",
            "freeze_trainable_modules: [\"q\",\"v\"]", "deepspeed: {\"zero_optimization\":{\"stage\":3}}", "rope_scaling: null",
        ],
        Added(On(
            new TrainerProgram { FileName = "/tool" },
            """{"neftune_noise_alpha": 5, "optim": "adamw_torch", "eval_strategy": "no", "lora_plus": 1e-5, "packing": true, "freeze_trainable_modules": ["q", "v"], "deepspeed": {"zero_optimization": {"stage": 3}}, "rope_scaling": null}""")));

    [Theory]
    [InlineData(FineTuningMethod.Lora)]
    [InlineData(FineTuningMethod.Full)]
    public void The_tool_knows_every_key_that_it_is_given(FineTuningMethod method)
    {
        var command = On(new TrainerProgram { FileName = "/tool", Cards = 2, Precision = "bfloat16" });
        command = command with { Spec = JobFile.ReadYaml(JobFileSamples.EveryKey) with { Method = method } };

        var keys = LlamaFactoryYaml.Of(TrainingSetup.Of(command, "/out", "/out/checkpoint-1")).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]);

        Assert.Empty(keys.Except(LlamaFactoryArgument.All.Keys));
    }

    [Fact]
    public void A_key_that_we_write_for_want_of_another_gives_way()
    {
        var text = LlamaFactoryYaml.Of(Setup(On(new TrainerProgram { FileName = "/tool" }, """{"preprocessing_num_workers": 16}"""))).ToString();

        Assert.Contains("\npreprocessing_num_workers: 16\n", text);
        Assert.Single(text.Split('\n'), line => line.StartsWith("preprocessing_num_workers", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Added(StartTraining command) =>
        LlamaFactoryYaml.Of(Setup(command)).ToString().Split('\n').Except(JobYaml.Of(Setup(command)).ToString().Split('\n'));

    private static TrainingSetup Setup(StartTraining command) => TrainingSetup.Of(command, "/out", null);

    private static StartTraining On(TrainerProgram program, string own = "{}")
    {
        var command = TrainingJob.Command();
        return command with
        {
            Spec = command.Spec with
            {
                Provider = new ProviderSpec { Trainer = TrainerNames.LlamaFactory },
                Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(own)!,
            },
            Prepared = command.Prepared with { Trainer = program },
        };
    }
}

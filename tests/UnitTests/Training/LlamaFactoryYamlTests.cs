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
    [InlineData(FineTuningMethod.Freeze)]
    public void The_tool_knows_every_key_that_it_is_given(FineTuningMethod method)
    {
        var command = On(new TrainerProgram { FileName = "/tool", Cards = 2, Precision = "bfloat16" });
        command = command with { Spec = JobFile.ReadYaml(JobFileSamples.EveryKey) with { Method = method } };

        var keys = LlamaFactoryYaml.Of(TrainingSetup.Of(command, "/out", "/out/checkpoint-1")).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]);

        Assert.Empty(keys.Except(LlamaFactoryArgument.All.Keys));
    }

    [Theory]
    [InlineData(TrainingStage.Sft, FineTuningMethod.Lora, "stage: \"sft\"", "finetuning_type: \"lora\"")]
    [InlineData(TrainingStage.Pt, FineTuningMethod.Full, "stage: \"pt\"", "finetuning_type: \"full\"")]
    [InlineData(TrainingStage.Dpo, FineTuningMethod.Freeze, "stage: \"dpo\"", "finetuning_type: \"freeze\"")]
    [InlineData(TrainingStage.Kto, FineTuningMethod.Lora, "stage: \"kto\"", "finetuning_type: \"lora\"")]
    public void Stage_and_method_are_its_own_words(TrainingStage stage, FineTuningMethod method, string stageLine, string methodLine)
    {
        var command = On(new TrainerProgram { FileName = "/tool" });

        var lines = LlamaFactoryYaml.Of(TrainingSetup.Of(command with { Spec = command.Spec with { Stage = stage, Method = method } }, "/out", null)).ToString().Split('\n');

        Assert.Contains(stageLine, lines);
        Assert.Contains(methodLine, lines);
    }

    [Theory]
    [InlineData(0, "float32", "{}", "bfloat16", "bf16: true;use_cpu: true")]
    [InlineData(0, "float32", """{"bf16": false}""", "float32", "bf16: false")]
    [InlineData(1, "float16", "{}", "float16", "fp16: true")]
    public void Freeze_mixes_types_on_a_processor_too(int cards, string found, string own, string precision, string lines)
    {
        var command = On(new TrainerProgram { FileName = "/tool", Cards = cards, Precision = found }, own);
        command = command with { Spec = command.Spec with { Method = FineTuningMethod.Freeze } };

        Assert.Equal(precision, LlamaFactoryYaml.Precision(command.Spec, command.Prepared.Trainer));
        Assert.Equal(lines.Split(';'), Added(command));
    }

    [Fact]
    public void The_best_checkpoint_is_told_by_the_evaluation_loss()
    {
        var command = On(new TrainerProgram { FileName = "/tool" });
        var settings = new Hyperparameters { ValSize = 0.1, SaveSteps = 20, EarlyStoppingSteps = 3, LoadBestModelAtEnd = true };
        command = command with { Spec = command.Spec with { Hyperparameters = settings } };

        Assert.Equal(
            ["metric_for_best_model: \"eval_loss\"", "greater_is_better: false", "restore_callback_states_from_checkpoint: true", "early_stopping_steps: 3", "load_best_model_at_end: true"],
            Added(command));
        var lines = LlamaFactoryYaml.Of(TrainingSetup.Of(command, "/out", null)).ToString().Split('\n');
        Assert.Contains("eval_steps: 20", lines);
        Assert.Contains("save_steps: 20", lines);
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

using System.Text.Json;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class LlamaFactoryKeysTests
{
    [Theory]
    [InlineData("""{"quantization_bit": 4}""")]
    [InlineData("""{"neftune_noise_alpha": 5, "optim": "adamw_torch", "packing": true, "flash_attn": "fa2", "eval_strategy": "no"}""")]
    [InlineData("""{"deepspeed": {"zero_optimization": {"stage": 3}}, "ddp_timeout": 1800}""")]
    [InlineData("""{"deepspeed": "/root/ds_z3.json", "rope_scaling": null, "use_rslora": true, "enable_thinking": false}""")]
    public void What_the_tool_knows_is_passed_on(string keys) => Assert.Empty(Faults(keys));

    [Theory]
    [InlineData("""{"quantisation_bit": 4}""", "llamafactory.quantisation_bit: LLaMA-Factory has no such key; did you mean 'quantization_bit'?")]
    [InlineData("""{"please": 1}""", "llamafactory.please: LLaMA-Factory has no such key; take it out.")]
    [InlineData("""{"learning_rate": 0.1}""", "llamafactory.learning_rate: write it as hyperparameters.learning_rate; a key has one place.")]
    [InlineData("""{"model_name_or_path": "x"}""", "llamafactory.model_name_or_path: write it as model; a key has one place.")]
    [InlineData("""{"overwrite_output_dir": true}""", "llamafactory.overwrite_output_dir: it belongs to the pipeline, which finds, keeps and continues the training by it; take it out.")]
    [InlineData("""{"packing": "no"}""", "llamafactory.packing: it must be true or false, not \"no\".")]
    [InlineData("""{"quantization_bit": 4.5}""", "llamafactory.quantization_bit: it must be a whole number, not 4.5.")]
    [InlineData("""{"neftune_noise_alpha": "five"}""", "llamafactory.neftune_noise_alpha: it must be a number, not \"five\".")]
    [InlineData("""{"flash_attn": "${oc.env:HOME}"}""", "llamafactory.flash_attn: it must not hold '${', which LLaMA-Factory would replace.")]
    public void What_would_end_the_training_on_a_paid_host_is_told_before(string keys, string fault) => Assert.Equal([fault], Faults(keys));

    [Theory]
    [InlineData("""{"pref_beta": 0.1, "pref_loss": "orpo", "ref_model": "/models/other"}""", TrainingStage.Dpo, FineTuningMethod.Lora)]
    [InlineData("""{"pref_beta": 0.1, "kto_rejected_weight": 2}""", TrainingStage.Kto, FineTuningMethod.Full)]
    [InlineData("""{"freeze_trainable_layers": 4, "freeze_trainable_modules": "all", "use_galore": true}""", TrainingStage.Sft, FineTuningMethod.Freeze)]
    [InlineData("""{"use_llama_pro": true, "freeze_trainable_layers": 4}""", TrainingStage.Sft, FineTuningMethod.Lora)]
    [InlineData("""{"quantization_bit": 8, "quantization_method": "bnb", "use_dora": true}""", TrainingStage.Pt, FineTuningMethod.Lora)]
    public void What_goes_with_the_jobs_stage_and_method_is_passed_on(string keys, TrainingStage stage, FineTuningMethod method) => Assert.Empty(Faults(keys, stage: stage, method: method));

    [Theory]
    [InlineData("""{"pref_loss": "orpo"}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.pref_loss: it is for stage dpo, and the job's stage is sft; take it out, or set stage.")]
    [InlineData("""{"pref_loss": "orpo"}""", TrainingStage.Kto, FineTuningMethod.Lora, "llamafactory.pref_loss: it is for stage dpo, and the job's stage is kto; take it out, or set stage.")]
    [InlineData("""{"pref_beta": 0.1}""", TrainingStage.Pt, FineTuningMethod.Lora, "llamafactory.pref_beta: it is for stage dpo and kto, and the job's stage is pt; take it out, or set stage.")]
    [InlineData("""{"neat_packing": true}""", TrainingStage.Dpo, FineTuningMethod.Lora, "llamafactory.neat_packing: it is for stage sft, and the job's stage is dpo; take it out, or set stage.")]
    [InlineData("""{"pref_loss": "ipo", "dpo_label_smoothing": 0.1}""", TrainingStage.Dpo, FineTuningMethod.Lora, "llamafactory.dpo_label_smoothing: it goes with pref_loss sigmoid, not with ipo; take it out, or set pref_loss to sigmoid.")]
    [InlineData("""{"pissa_init": true}""", TrainingStage.Kto, FineTuningMethod.Lora, "llamafactory.pissa_init: it changes the model that stage kto compares with; take it out.")]
    [InlineData("""{"quantization_bit": 4}""", TrainingStage.Sft, FineTuningMethod.Freeze, "llamafactory.quantization_bit: it is for method lora, and the job's method is freeze; take it out, or set method to lora.")]
    [InlineData("""{"quantization_bit": 3}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.quantization_bit: it must be 4 or 8, not 3.")]
    [InlineData("""{"quantization_bit": 4, "resize_vocab": true}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.resize_vocab: it changes weights, which quantization_bit keeps in few bits; take one of the two out.")]
    [InlineData("""{"freeze_trainable_layers": 4}""", TrainingStage.Sft, FineTuningMethod.Full, "llamafactory.freeze_trainable_layers: it is for method freeze, and the job's method is full; take it out, or set method to freeze.")]
    [InlineData("""{"use_galore": true}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.use_galore: it is for whole weights, and the job's method is lora; take it out, or set method to full or freeze.")]
    [InlineData("""{"stage": "dpo"}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.stage: write it as stage; a key has one place.")]
    [InlineData("""{"load_best_model_at_end": true}""", TrainingStage.Sft, FineTuningMethod.Lora, "llamafactory.load_best_model_at_end: write it as hyperparameters.load_best_model_at_end; a key has one place.")]
    public void What_does_not_go_with_the_jobs_stage_or_method_is_told_before(string keys, TrainingStage stage, FineTuningMethod method, string fault) =>
        Assert.Equal([fault], Faults(keys, stage: stage, method: method));

    [Fact]
    public void When_the_evaluation_loss_decides_it_is_measured_with_each_checkpoint() => Assert.Equal(
        ["llamafactory.eval_steps: with early_stopping_steps or load_best_model_at_end the job evaluates with each checkpoint (save_steps); take it out."],
        Faults("""{"eval_steps": 7}""", settings: new Hyperparameters { ValSize = 0.1, LoadBestModelAtEnd = true }));

    [Fact]
    public void A_word_that_it_does_not_know_is_told_with_those_that_it_knows()
    {
        var fault = Assert.Single(Faults("""{"eval_strategy": "sometimes"}"""));

        Assert.Equal("llamafactory.eval_strategy: it must be one of no, steps, epoch, not \"sometimes\".", fault);
    }

    [Fact]
    public void They_are_refused_for_another_trainer() =>
        Assert.Contains("set provider.trainer to llamafactory", Assert.Single(Faults("""{"packing": true}""", TrainerNames.Builtin)));

    [Fact]
    public void Every_key_that_belongs_to_the_pipeline_or_stands_elsewhere_in_a_job_is_known_to_the_tool_or_of_its_other_verbs()
    {
        string[] otherVerbs = ["export_dir", "export_hub_model_id", "logging_dir", "overwrite_output_dir", "group_by_length"];
        var unknown = LlamaFactoryKeys.Reserved.Except(LlamaFactoryArgument.All.Keys).Except(otherVerbs);

        Assert.Empty(unknown);
    }

    private static IEnumerable<string> Faults(
        string keys, string trainer = TrainerNames.LlamaFactory, TrainingStage stage = TrainingStage.Sft, FineTuningMethod method = FineTuningMethod.Lora, Hyperparameters? settings = null)
    {
        var faults = new FaultList();
        var spec = new JobSpec
        {
            Model = "m",
            Dataset = "d",
            Stage = stage,
            Method = method,
            Hyperparameters = settings ?? new Hyperparameters(),
            Provider = new ProviderSpec { Trainer = trainer },
            Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(keys)!,
        };
        LlamaFactoryKeys.Check(spec, faults);
        return faults.Faults.Select(fault => fault.Message);
    }
}

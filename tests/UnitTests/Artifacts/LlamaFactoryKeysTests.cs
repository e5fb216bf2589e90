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

    private static IEnumerable<string> Faults(string keys, string trainer = TrainerNames.LlamaFactory)
    {
        var faults = new FaultList();
        var spec = new JobSpec
        {
            Model = "m",
            Dataset = "d",
            Provider = new ProviderSpec { Trainer = trainer },
            Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(keys)!,
        };
        LlamaFactoryKeys.Check(spec, faults);
        return faults.Faults.Select(fault => fault.Message);
    }
}

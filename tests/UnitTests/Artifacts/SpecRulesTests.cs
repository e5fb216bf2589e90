using FineTunePipeline.Artifacts;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Tokenization.ChatTemplates;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class SpecRulesTests
{
    private static readonly JobSpec Spec = new() { Model = "/model", Dataset = "/data.json" };
    private static readonly JobSpec OnLlamaFactory = Spec with { Provider = new() { Trainer = TrainerNames.LlamaFactory } };

    [Fact]
    public void Accepts_a_job_with_nothing_but_defaults() => Assert.Empty(Check(Spec));

    public static TheoryData<JobSpec, string> Wrong() => new()
    {
        { Spec with { Hyperparameters = new() { LearningRate = 0 } }, "hyperparameters.learning_rate is 0; it must be above 0 and at most 1." },
        { Spec with { Hyperparameters = new() { LearningRate = double.NaN } }, "hyperparameters.learning_rate" },
        { Spec with { Hyperparameters = new() { NumTrainEpochs = -1 } }, "hyperparameters.num_train_epochs" },
        { Spec with { Hyperparameters = new() { MaxSteps = 0 } }, "hyperparameters.max_steps is 0; it must be -1" },
        { Spec with { Hyperparameters = new() { PerDeviceTrainBatchSize = 0 } }, "hyperparameters.per_device_train_batch_size" },
        { Spec with { Hyperparameters = new() { GradientAccumulationSteps = 0 } }, "hyperparameters.gradient_accumulation_steps" },
        { Spec with { Hyperparameters = new() { LrSchedulerType = "cosin" } }, "choose one of cosine, linear" },
        { Spec with { Hyperparameters = new() { WarmupRatio = 1 } }, "hyperparameters.warmup_ratio" },
        { Spec with { Hyperparameters = new() { WeightDecay = -1 } }, "hyperparameters.weight_decay" },
        { Spec with { Hyperparameters = new() { AdamBeta1 = 1 } }, "hyperparameters.adam_beta1" },
        { Spec with { Hyperparameters = new() { AdamBeta2 = 2 } }, "hyperparameters.adam_beta2" },
        { Spec with { Hyperparameters = new() { MaxGradNorm = -1 } }, "hyperparameters.max_grad_norm" },
        { Spec with { Hyperparameters = new() { CutoffLen = 0 } }, "hyperparameters.cutoff_len" },
        { Spec with { Hyperparameters = new() { MaxSamples = -1 } }, "hyperparameters.max_samples" },
        { Spec with { Hyperparameters = new() { ValSize = 1.5 } }, "hyperparameters.val_size is 1.5" },
        { Spec with { Hyperparameters = new() { LoraRank = 0 } }, "hyperparameters.lora_rank" },
        { Spec with { Hyperparameters = new() { LoraAlpha = -1 } }, "hyperparameters.lora_alpha" },
        { Spec with { Hyperparameters = new() { LoraDropout = 1 } }, "hyperparameters.lora_dropout" },
        { Spec with { Hyperparameters = new() { LoraTarget = "q_proj,," } }, "hyperparameters.lora_target" },
        { Spec with { Hyperparameters = new() { Seed = -1 } }, "hyperparameters.seed" },
        { Spec with { Hyperparameters = new() { LoggingSteps = 0 } }, "hyperparameters.logging_steps" },
        { Spec with { Hyperparameters = new() { SaveSteps = 0 } }, "hyperparameters.save_steps" },
        { Spec with { Template = "qwen33" }, "template: 'qwen33' is unknown" },
        { Spec with { Template = "gemma3" }, "template: 'gemma3' is unknown; choose one of auto, default" },
        { OnLlamaFactory with { Template = "gemma33" }, "template: LLaMA-Factory has no template 'gemma33'; did you mean 'gemma3'? Set auto" },
        { OnLlamaFactory with { Template = "my-own-template" }, "template: LLaMA-Factory has no template 'my-own-template'. Set auto" },
        { Spec with { Stage = TrainingStage.Dpo }, "stage: builtin trains sft alone: set provider.trainer to llamafactory for dpo, or stage to sft." },
        { OnLlamaFactory with { Stage = TrainingStage.Kto, Hyperparameters = new() { TrainOnPrompt = true } }, "train_on_prompt is for stage sft" },
        { Spec with { Method = FineTuningMethod.Freeze }, "method: builtin does not know freeze: set provider.trainer to llamafactory, or method to lora or full." },
        { Spec with { Hyperparameters = new() { ValSize = 0.1, LoadBestModelAtEnd = true } }, "hyperparameters.load_best_model_at_end: builtin cannot do that: set provider.trainer to llamafactory" },
        { OnLlamaFactory with { Hyperparameters = new() { EarlyStoppingSteps = 3 } }, "hyperparameters.early_stopping_steps needs samples to evaluate on: set hyperparameters.val_size" },
        { Spec with { Hyperparameters = new() { EarlyStoppingSteps = -1 } }, "hyperparameters.early_stopping_steps is -1" },
        { Spec with { Name = "" }, "name must have" },
        { Spec with { Variables = new Dictionary<string, string> { ["a b"] = "x" } }, "'a b' is no usable key" },
        { Spec with { Evaluation = new() { MinTaught = 1.1, Taught = "/q" } }, "evaluation.min_taught is 1.1" },
        { Spec with { Evaluation = new() { MinTaught = 0.8 } }, "evaluation.taught names no questions" },
        { Spec with { Evaluation = new() { MaxGeneralDrop = 0.1 } }, "evaluation.general names no questions" },
        { Spec with { Evaluation = new() { MaxNewTokens = 0 } }, "evaluation.max_new_tokens" },
        { Spec with { Outputs = new() { Gguf = ["q9_x"] }, Deploy = new() { Target = "none" } }, "outputs.gguf: 'q9_x' is unknown" },
        { Spec with { Outputs = new() { Gguf = ["f16", "f16"] } }, "names f16 more than once" },
        { Spec with { Outputs = new() { Gguf = [] } }, "needs a GGUF file" },
        { Spec with { Deploy = new() { Target = "moon" } }, "deploy.target: 'moon' is unknown; choose one of embedded, folder, none." },
        { Spec with { Deploy = new() { Type = "q6_k" } }, "deploy.type q6_k is not among outputs.gguf" },
        { Spec with { Deploy = new() { Port = 70_000 } }, "deploy.port is 70000" },
        { Spec with { Deploy = new() { Target = "folder" } }, "deploy.folder must name an absolute folder" },
        { Spec with { Provider = new() { Name = "autodll" } }, "provider.name: 'autodll'" },
        { Spec with { Provider = new() { Trainer = "mine" } }, "provider.trainer: 'mine'" },
        { Spec with { Budget = new() { Total = -1 } }, "budget.total" },
        { Spec with { Budget = new() { Currency = "EUR" } }, "budget.currency" },
        { Spec with { Budget = new() { Deadline = TimeSpan.Zero } }, "budget.deadline" },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Wrong))]
    public void Names_the_key_and_what_it_may_be(JobSpec spec, string part) => Assert.Contains(part, Assert.Single(Check(spec)), StringComparison.Ordinal);

    [Fact]
    public void Accepts_what_LLaMA_Factory_does_and_our_own_trainer_does_not()
    {
        Assert.Empty(Check(OnLlamaFactory with { Stage = TrainingStage.Pt, Method = FineTuningMethod.Freeze, Template = "gemma3" }));
        Assert.Empty(Check(OnLlamaFactory with { Stage = TrainingStage.Dpo, Hyperparameters = new() { ValSize = 0.1, EarlyStoppingSteps = 3, LoadBestModelAtEnd = true } }));
    }

    [Fact]
    public void LLaMA_Factory_knows_the_templates_that_our_engines_know() => Assert.Empty(ChatTemplateNames.All.Except(LlamaFactoryTemplates.All));

    [Fact]
    public void Knows_the_templates_that_the_engines_know() => Assert.Equal(NamedTemplates.Names, ChatTemplateNames.All);

    [Fact]
    public void Tells_all_faults_in_one_message()
    {
        var faults = new FaultList();
        SpecRules.Check(Spec with { Template = "x", Hyperparameters = new() { LoraRank = 0 } }, new ArtifactsOptions(), faults);

        var failure = Assert.Throws<StageException>(faults.ThrowIfAny).Failure;
        Assert.Equal("job_invalid", failure.Code);
        Assert.StartsWith("2 things must be changed:\n- template:", failure.Message, StringComparison.Ordinal);
    }

    private static List<string> Check(JobSpec spec)
    {
        var faults = new FaultList();
        SpecRules.Check(spec, new ArtifactsOptions(), faults);
        return [.. faults.Faults.Select(fault => fault.Message)];
    }
}

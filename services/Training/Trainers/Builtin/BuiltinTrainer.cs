using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Training.Trainers.Builtin;

/// <summary>Our own trainer, <c>finetune-trainer</c>: LLaMA-Factory's keys, on the CPU.</summary>
internal sealed class BuiltinTrainer(EngineLocator engines) : ITrainer
{
    public TrainerYaml Configure(StartTraining command, string outputFolder, string? resumeFrom)
    {
        var settings = command.Spec.Hyperparameters;
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", command.Prepared.ModelFolder)
            .Add("stage", "sft")
            .Add("do_train", true)
            .Add("finetuning_type", command.Spec.Method == FineTuningMethod.Lora ? "lora" : "full")
            .Add("dataset", command.Inputs.DatasetNames)
            .Add("dataset_dir", command.Prepared.DatasetFolder)
            .Add("template", command.Spec.Template)
            .Add("cutoff_len", settings.CutoffLen)
            .Add("output_dir", outputFolder)
            .Add("overwrite_output_dir", false)
            .Add("learning_rate", settings.LearningRate)
            .Add("num_train_epochs", settings.NumTrainEpochs)
            .Add("max_steps", settings.MaxSteps)
            .Add("per_device_train_batch_size", settings.PerDeviceTrainBatchSize)
            .Add("gradient_accumulation_steps", settings.GradientAccumulationSteps)
            .Add("lr_scheduler_type", settings.LrSchedulerType)
            .Add("warmup_ratio", settings.WarmupRatio)
            .Add("weight_decay", settings.WeightDecay)
            .Add("adam_beta1", settings.AdamBeta1)
            .Add("adam_beta2", settings.AdamBeta2)
            .Add("max_grad_norm", settings.MaxGradNorm)
            .Add("train_on_prompt", settings.TrainOnPrompt)
            .Add("seed", settings.Seed)
            .Add("logging_steps", settings.LoggingSteps)
            .Add("save_steps", settings.SaveSteps)
            .Add("save_total_limit", 3)
            .Add("report_to", "none");
        if (command.Spec.Method == FineTuningMethod.Lora)
        {
            yaml.Add("lora_rank", settings.LoraRank)
                .Add("lora_alpha", settings.LoraAlpha > 0 ? settings.LoraAlpha : 2 * settings.LoraRank)
                .Add("lora_dropout", settings.LoraDropout)
                .Add("lora_target", settings.LoraTarget);
        }

        if (settings.MaxSamples > 0)
        {
            yaml.Add("max_samples", settings.MaxSamples);
        }

        if (settings.ValSize > 0)
        {
            yaml.Add("val_size", settings.ValSize).Add("eval_strategy", "steps").Add("eval_steps", settings.SaveSteps);
        }

        if (settings.GroupByLength)
        {
            yaml.Add("group_by_length", true);
        }

        return resumeFrom is null ? yaml : yaml.Add("resume_from_checkpoint", resumeFrom);
    }

    public HostCommand Command(string configuration, TimeSpan timeLimit)
    {
        var program = engines.Locate(Engine.Trainer);
        return program with { Arguments = [.. program.Arguments, "train", configuration], TimeLimit = timeLimit };
    }

    public StageException Explain(int? exitCode, string standardError) => Verdicts.Explain(exitCode, standardError);
}

using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Hosts.Trainers;

/// <summary>A job as LLaMA-Factory's YAML: the keys that every trainer is given.</summary>
internal static class JobYaml
{
    /// <summary>One more than is kept in the store, so that one is not deleted while it is copied.</summary>
    private const int CheckpointsOnHost = 3;

    /// <summary>The best one stays beside the newest.</summary>
    private const int BestOnHost = 1;

    public static TrainerYaml Of(TrainingSetup setup)
    {
        var settings = setup.Spec.Hyperparameters;
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", setup.ModelFolder)
            .Add("stage", setup.Spec.Stage.ToString().ToLowerInvariant())
            .Add("do_train", true)
            .Add("finetuning_type", setup.Spec.Method.ToString().ToLowerInvariant());
        AddMethod(yaml, setup.Spec.Method, settings);
        AddData(yaml, setup, settings);
        yaml.Add("output_dir", setup.OutputFolder)
            .Add("overwrite_output_dir", false)
            .Add("logging_steps", settings.LoggingSteps)
            .Add("save_steps", settings.SaveSteps)
            .Add("save_total_limit", CheckpointsOnHost + (settings.WatchesEvaluationLoss ? BestOnHost : 0))
            .Add("save_only_model", false)
            .Add("plot_loss", true)
            .Add("report_to", "none");
        if (setup.ResumeFrom is not null)
        {
            yaml.Add("resume_from_checkpoint", setup.ResumeFrom);
        }

        AddOptimizer(yaml, settings);
        if (settings.ValSize > 0)
        {
            yaml.Add("val_size", settings.ValSize)
                .Add("per_device_eval_batch_size", settings.PerDeviceTrainBatchSize)
                .Add("eval_strategy", "steps")
                .Add("eval_steps", settings.SaveSteps);
        }

        return yaml;
    }

    private static void AddMethod(TrainerYaml yaml, FineTuningMethod method, Hyperparameters settings)
    {
        if (method != FineTuningMethod.Lora)
        {
            return;
        }

        yaml.Add("lora_rank", settings.LoraRank)
            .Add("lora_alpha", settings.LoraAlpha > 0 ? settings.LoraAlpha : 2 * settings.LoraRank)
            .Add("lora_dropout", settings.LoraDropout)
            .Add("lora_target", settings.LoraTarget);
    }

    private static void AddData(TrainerYaml yaml, TrainingSetup setup, Hyperparameters settings)
    {
        yaml.Add("dataset", setup.DatasetNames)
            .Add("dataset_dir", setup.DatasetFolder)
            .Add("cutoff_len", settings.CutoffLen)
            .Add("train_on_prompt", settings.TrainOnPrompt)
            .Add("preprocessing_num_workers", 1)
            .Add("dataloader_num_workers", 0);

        // Without these keys the trainer takes the template that the model carries, and all samples.
        if (setup.Spec.Template != JobSpec.AutoTemplate)
        {
            yaml.Add("template", setup.Spec.Template);
        }

        if (settings.MaxSamples > 0)
        {
            yaml.Add("max_samples", settings.MaxSamples);
        }
    }

    private static void AddOptimizer(TrainerYaml yaml, Hyperparameters settings) => yaml
        .Add("per_device_train_batch_size", settings.PerDeviceTrainBatchSize)
        .Add("gradient_accumulation_steps", settings.GradientAccumulationSteps)
        .Add("learning_rate", settings.LearningRate)
        .Add("num_train_epochs", settings.NumTrainEpochs)
        .Add("max_steps", settings.MaxSteps)
        .Add("lr_scheduler_type", settings.LrSchedulerType)
        .Add("warmup_ratio", settings.WarmupRatio)
        .Add("weight_decay", settings.WeightDecay)
        .Add("adam_beta1", settings.AdamBeta1)
        .Add("adam_beta2", settings.AdamBeta2)
        .Add("max_grad_norm", settings.MaxGradNorm)
        .Add("seed", settings.Seed);
}

using System.Globalization;
using System.Text.RegularExpressions;
using FineTunePipeline.Artifacts.Validate.LlamaFactory;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hints;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>Ranges and words of the job file: everything that can be judged without opening a file.</summary>
internal static partial class SpecRules
{
    internal static readonly string[] GgufTypes = ["f32", "f16", "bf16", "q8_0", "q6_k", "q5_k_m", "q4_k_m"];
    internal static readonly string[] DeployTargets = ["embedded", "folder", "none"];
    internal static readonly string[] Schedulers = ["cosine", "linear", "constant", "constant_with_warmup"];

    public static void Check(JobSpec spec, ArtifactsOptions options, FaultList faults)
    {
        CheckHead(spec, options, faults);
        CheckStage(spec, faults);
        CheckHyperparameters(spec, faults);
        CheckEvaluation(spec.Evaluation, faults);
        CheckOutputs(spec, faults);
        CheckBudget(spec.Budget, faults);
    }

    private static void CheckHead(JobSpec spec, ArtifactsOptions options, FaultList faults)
    {
        if (spec.Name is { } name && (name.Length is 0 or > 100 || name.Any(char.IsControl)))
        {
            faults.Add("spec_name", "name must have 1 to 100 characters, none of them a control character.");
        }

        faults.Require(
            !HostModel.IsNamedBy(spec.Model) || HostModel.FolderOf(spec.Model) is not null,
            "model_path",
            $"model: '{spec.Model}' must name an absolute folder on the host, such as {HostModel.UriPrefix}/root/autodl-tmp/model.");
        foreach (var (key, value) in spec.Variables)
        {
            faults.Require(
                VariableName().IsMatch(
                    key), "spec_variable", $"variables: '{key}' is no usable key; use letters, digits and _ (it stands in the data as {{{{key}}}}).");
            faults.Require(value.Length <= 1000, "spec_variable", $"variables.{key} has {value.Length} characters; at most 1000 are allowed.");
        }

        CheckTemplate(spec, faults);
        OneOf(faults, "provider.name", spec.Provider.Name, options.Providers);
        OneOf(faults, "provider.trainer", spec.Provider.Trainer, options.Trainers);
    }

    private static void CheckTemplate(JobSpec spec, FaultList faults)
    {
        if (spec.Provider.Trainer != TrainerNames.LlamaFactory)
        {
            OneOf(faults, "template", spec.Template, ChatTemplateNames.All);
        }
        else if (!LlamaFactoryTemplates.All.Contains(spec.Template))
        {
            var nearest = NearestName.Find(spec.Template, LlamaFactoryTemplates.All);
            faults.Add(
                "spec_word",
                $"template: LLaMA-Factory has no template '{spec.Template}'{(nearest is null ? "." : $"; did you mean '{nearest}'?")} "
                + $"Set {JobSpec.AutoTemplate}, which takes the model's own, or a name that it knows.");
        }
    }

    private static void CheckStage(JobSpec spec, FaultList faults)
    {
        var stage = spec.Stage.ToString().ToLowerInvariant();
        faults.Require(
            spec.Stage == TrainingStage.Sft || spec.Provider.Trainer == TrainerNames.LlamaFactory,
            "spec_stage",
            $"stage: {spec.Provider.Trainer} trains sft alone: set provider.trainer to {TrainerNames.LlamaFactory} for {stage}, or stage to sft.");
        faults.Require(
            spec.Stage == TrainingStage.Sft || !spec.Hyperparameters.TrainOnPrompt,
            "spec_stage",
            $"hyperparameters.train_on_prompt is for stage sft: take it out, or set stage to sft instead of {stage}.");
        faults.Require(
            spec.Method != FineTuningMethod.Freeze || spec.Provider.Trainer == TrainerNames.LlamaFactory,
            "spec_method",
            $"method: {spec.Provider.Trainer} does not know freeze: set provider.trainer to {TrainerNames.LlamaFactory}, or method to lora or full.");
    }

    private static void CheckHyperparameters(JobSpec spec, FaultList faults)
    {
        var h = spec.Hyperparameters;
        Between(faults, "learning_rate", h.LearningRate, 0, 1, lowIncluded: false);
        if (h.MaxSteps <= 0)
        {
            Between(faults, "num_train_epochs", h.NumTrainEpochs, 0, 10_000, lowIncluded: false);
        }

        Require(faults, "max_steps", h.MaxSteps == -1 || h.MaxSteps > 0, h.MaxSteps, "-1 (num_train_epochs decides) or at least 1");
        Between(faults, "per_device_train_batch_size", h.PerDeviceTrainBatchSize, 1, 4096);
        Between(faults, "gradient_accumulation_steps", h.GradientAccumulationSteps, 1, 65_536);
        OneOf(faults, "hyperparameters.lr_scheduler_type", h.LrSchedulerType, Schedulers);
        Between(faults, "warmup_ratio", h.WarmupRatio, 0, 1, highIncluded: false);
        Between(faults, "weight_decay", h.WeightDecay, 0, 1);
        Between(faults, "adam_beta1", h.AdamBeta1, 0, 1, highIncluded: false);
        Between(faults, "adam_beta2", h.AdamBeta2, 0, 1, highIncluded: false);
        Between(faults, "max_grad_norm", h.MaxGradNorm, 0, 1e6);
        Between(faults, "cutoff_len", h.CutoffLen, 8, 1_048_576);
        Between(faults, "max_samples", h.MaxSamples, 0, int.MaxValue);
        var isPartOrNumber = h.ValSize >= 0 && double.IsFinite(h.ValSize) && (h.ValSize < 1 || h.ValSize == Math.Floor(h.ValSize));
        Require(faults, "val_size", isPartOrNumber, h.ValSize, "a part from 0 to below 1, or a whole number of samples");
        Between(faults, "seed", h.Seed, 0, int.MaxValue);
        Between(faults, "logging_steps", h.LoggingSteps, 1, 1_000_000);
        Between(faults, "save_steps", h.SaveSteps, 1, 1_000_000);
        Between(faults, "early_stopping_steps", h.EarlyStoppingSteps, 0, 1_000_000);
        if (h.WatchesEvaluationLoss)
        {
            var key = h.EarlyStoppingSteps > 0 ? "early_stopping_steps" : "load_best_model_at_end";
            faults.Require(
                spec.Provider.Trainer == TrainerNames.LlamaFactory,
                "spec_best",
                $"hyperparameters.{key}: {spec.Provider.Trainer} cannot do that: set provider.trainer to {TrainerNames.LlamaFactory}, or take it out.");
            faults.Require(h.ValSize > 0, "spec_best", $"hyperparameters.{key} needs samples to evaluate on: set hyperparameters.val_size, such as 0.1, or take it out.");
        }

        if (spec.Method == FineTuningMethod.Lora)
        {
            Between(faults, "lora_rank", h.LoraRank, 1, 1024);
            Between(faults, "lora_alpha", h.LoraAlpha, 0, 65_536);
            Between(faults, "lora_dropout", h.LoraDropout, 0, 1, highIncluded: false);
            var areNames = h.LoraTarget.Split(',').All(target => ModuleName().IsMatch(target.Trim()));
            Require(faults, "lora_target", areNames, h.LoraTarget, "all, or module names separated by commas (q_proj,v_proj)");
        }
    }

    private static void CheckEvaluation(EvaluationSpec evaluation, FaultList faults)
    {
        Between(faults, "evaluation.min_taught", evaluation.MinTaught, 0, 1, prefix: "");
        Between(faults, "evaluation.max_general_drop", evaluation.MaxGeneralDrop, 0, 1, prefix: "");
        Between(faults, "evaluation.max_new_tokens", evaluation.MaxNewTokens, 1, 8192, prefix: "");
        faults.Require(
            evaluation.MinTaught <= 0 || evaluation.Taught is not null,
            "spec_range",
            "evaluation.min_taught is set, but evaluation.taught names no questions: name a file or remove the threshold.");
        faults.Require(
            evaluation.MaxGeneralDrop >= 1 || evaluation.General is not null,
            "spec_range",
            "evaluation.max_general_drop is set, but evaluation.general names no questions: name a file or remove the threshold.");
    }

    private static void CheckOutputs(JobSpec spec, FaultList faults)
    {
        foreach (var type in spec.Outputs.Gguf)
        {
            OneOf(faults, "outputs.gguf", type, GgufTypes);
        }

        var twice = spec.Outputs.Gguf.GroupBy(type => type).Where(group => group.Count() > 1).Select(group => group.Key);
        foreach (var type in twice)
        {
            faults.Add("spec_word", $"outputs.gguf names {type} more than once.");
        }

        var deploy = spec.Deploy;
        OneOf(faults, "deploy.target", deploy.Target, DeployTargets);
        Between(faults, "deploy.port", deploy.Port, 0, 65_535, prefix: "");
        if (deploy.Target == "none")
        {
            return;
        }

        faults.Require(
            spec.Outputs.Gguf.Count > 0,
            "spec_word",
            $"deploy.target {deploy.Target} needs a GGUF file: add a type to outputs.gguf, or set deploy.target to none.");
        faults.Require(
            deploy.Type is null || spec.Outputs.Gguf.Contains(deploy.Type),
            "spec_word",
            $"deploy.type {deploy.Type} is not among outputs.gguf ({string.Join(", ", spec.Outputs.Gguf)}): add it there, or choose one of them.");
        if (deploy.Target == "folder")
        {
            faults.Require(
                deploy.Folder is { Length: > 0 } && Path.IsPathFullyQualified(
                    deploy.Folder), "spec_path", "deploy.folder must name an absolute folder when deploy.target is folder.");
        }
    }

    private static void CheckBudget(BudgetSpec budget, FaultList faults)
    {
        faults.Require(budget.HourlyPriceCap >= 0, "spec_range", "budget.hourly_price_cap must not be negative.");
        faults.Require(budget.Total >= 0, "spec_range", "budget.total must not be negative.");
        faults.Require(
            budget.Deadline > TimeSpan.Zero && budget.Deadline <= TimeSpan.FromDays(
                365), "spec_range", "budget.deadline must be above zero and at most 365 days.");
        OneOf(faults, "budget.currency", budget.Currency, ["CNY", "USD"]);
    }

    private static void OneOf(FaultList faults, string key, string value, IReadOnlyCollection<string> allowed) =>
        faults.Require(allowed.Contains(value), "spec_word", $"{key}: '{value}' is unknown; choose one of {string.Join(", ", allowed)}.");

    private static void Between(
        FaultList faults,
        string key,
        double value,
        double low,
        double high,
        bool lowIncluded = true,
        bool highIncluded = true,
        string prefix = "hyperparameters.")
    {
        var inside = (lowIncluded ? value >= low : value > low) && (highIncluded ? value <= high : value < high);
        var range = $"{(lowIncluded ? "at least" : "above")} {Text(low)} and {(highIncluded ? "at most" : "below")} {Text(high)}";
        faults.Require(inside, "spec_range", $"{prefix}{key} is {Text(value)}; it must be {range}.");
    }

    private static void Require(FaultList faults, string key, bool condition, IFormattable value, string allowed) =>
        faults.Require(condition, "spec_range", $"hyperparameters.{key} is {value.ToString(null, CultureInfo.InvariantCulture)}; it must be {allowed}.");

    private static void Require(FaultList faults, string key, bool condition, string value, string allowed) =>
        faults.Require(condition, "spec_word", $"hyperparameters.{key} is '{value}'; it must be {allowed}.");

    private static string Text(double value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z0-9_]{1,64}$")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^[A-Za-z0-9_.]{1,64}$")]
    private static partial Regex ModuleName();
}

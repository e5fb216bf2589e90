using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate.LlamaFactory;

/// <summary>
/// Keys of LLaMA-Factory that do not go with the rest of the job: it would refuse them on the paid host, or leave them out without a word.
/// Source: its <c>hparams/</c> at 0.9.6, read and run 2026-11.
/// </summary>
internal static class LlamaFactoryRules
{
    private static readonly TrainingStage[] Preferences = [TrainingStage.Dpo, TrainingStage.Kto];

    /// <summary>Keys that only some stages read.</summary>
    private static readonly Dictionary<string, TrainingStage[]> Stages = new(StringComparer.Ordinal)
    {
        ["pref_beta"] = Preferences,
        ["pref_ftx"] = Preferences,
        ["pref_loss"] = [TrainingStage.Dpo],
        ["pref_bco_weight"] = [TrainingStage.Dpo],
        ["dpo_label_smoothing"] = [TrainingStage.Dpo],
        ["simpo_gamma"] = [TrainingStage.Dpo],
        ["ld_alpha"] = [TrainingStage.Dpo],
        ["kto_chosen_weight"] = [TrainingStage.Kto],
        ["kto_rejected_weight"] = [TrainingStage.Kto],
        ["mask_history"] = [TrainingStage.Sft],
        ["neat_packing"] = [TrainingStage.Sft],
    };

    /// <summary>Keys that change how adapters are made.</summary>
    private static readonly string[] OfAdapters =
        ["quantization_bit", "use_rslora", "use_dora", "loraplus_lr_ratio", "pissa_init", "additional_target"];

    /// <summary>Keys by which single layers are chosen.</summary>
    private static readonly string[] OfLayers = ["freeze_trainable_layers", "freeze_trainable_modules", "freeze_extra_modules"];

    /// <summary>When it is evaluated.</summary>
    private static readonly string[] OfEvaluation = ["eval_strategy", "eval_steps", "eval_delay", "eval_on_each_dataset"];

    /// <summary>Optimizers that work on whole weights.</summary>
    private static readonly string[] OfWholeWeights = ["use_galore", "use_apollo", "use_badam"];

    public static void Check(JobSpec spec, FaultList faults)
    {
        CheckStage(spec, faults);
        CheckMethod(spec, faults);
        foreach (var key in OfEvaluation.Where(key => spec.Hyperparameters.WatchesEvaluationLoss && spec.Llamafactory.ContainsKey(key)))
        {
            Fault(faults, key, "with early_stopping_steps or load_best_model_at_end the job evaluates with each checkpoint (save_steps); take it out.");
        }
    }

    private static void CheckStage(JobSpec spec, FaultList faults)
    {
        foreach (var (key, stages) in Stages.Where(pair => spec.Llamafactory.ContainsKey(pair.Key) && !pair.Value.Contains(spec.Stage)))
        {
            Fault(faults, key, $"it is for stage {string.Join(" and ", stages.Select(stage => Word(stage)))}, and the job's stage is {Word(spec.Stage)}; take it out, or set stage.");
        }

        if (spec.Stage == TrainingStage.Dpo && Number(spec, "dpo_label_smoothing") > 0 && Text(spec, "pref_loss") is { } loss and not "sigmoid")
        {
            Fault(faults, "dpo_label_smoothing", $"it goes with pref_loss sigmoid, not with {loss}; take it out, or set pref_loss to sigmoid.");
        }

        var hasReference = spec.Stage == TrainingStage.Kto || (spec.Stage == TrainingStage.Dpo && Text(spec, "pref_loss") is not ("orpo" or "simpo"));
        if (spec.SaysTrue("pissa_init") && hasReference)
        {
            Fault(faults, "pissa_init", $"it changes the model that stage {Word(spec.Stage)} compares with; take it out.");
        }
    }

    private static void CheckMethod(JobSpec spec, FaultList faults)
    {
        if (spec.Method != FineTuningMethod.Lora)
        {
            foreach (var key in OfAdapters.Where(key => spec.Sets(key)))
            {
                Fault(faults, key, $"it is for method lora, and the job's method is {Word(spec.Method)}; take it out, or set method to lora.");
            }
        }
        else
        {
            foreach (var key in OfWholeWeights.Where(key => spec.SaysTrue(key)))
            {
                Fault(faults, key, "it is for whole weights, and the job's method is lora; take it out, or set method to full or freeze.");
            }
        }

        if (spec.Method != FineTuningMethod.Freeze && !spec.SaysTrue("use_llama_pro"))
        {
            foreach (var key in OfLayers.Where(key => spec.Sets(key)))
            {
                Fault(faults, key, $"it is for method freeze, and the job's method is {Word(spec.Method)}; take it out, or set method to freeze.");
            }
        }

        if (spec.Sets("quantization_bit"))
        {
            CheckQuantization(spec, faults);
        }
    }

    private static void CheckQuantization(JobSpec spec, FaultList faults)
    {
        var bits = Number(spec, "quantization_bit");
        if (Text(spec, "quantization_method") is null or "bnb" && bits == Math.Floor(bits) && bits is not (4 or 8))
        {
            Fault(faults, "quantization_bit", $"it must be 4 or 8, not {bits.ToString(CultureInfo.InvariantCulture)}.");
        }

        foreach (var key in new[] { "pissa_init", "resize_vocab" }.Where(key => spec.SaysTrue(key)))
        {
            Fault(faults, key, "it changes weights, which quantization_bit keeps in few bits; take one of the two out.");
        }
    }

    private static void Fault(FaultList faults, string key, string what) => faults.Add("llamafactory_keys", $"llamafactory.{key}: {what}");

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();

    private static string? Text(JobSpec spec, string key) => spec.Llamafactory.GetValueOrDefault(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static double Number(JobSpec spec, string key) => spec.Llamafactory.GetValueOrDefault(key) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : 0;
}

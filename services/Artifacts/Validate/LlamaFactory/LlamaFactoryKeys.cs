using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hints;
using FineTunePipeline.ModelFormats.Folders;

namespace FineTunePipeline.Artifacts.Validate.LlamaFactory;

/// <summary>
/// The keys that a job passes on to LLaMA-Factory, against the tool's own table: one that it does not know would end the training after the host was paid for.
/// Keys that the job has itself stand there alone, and those by which the pipeline finds, keeps and continues what was trained are its own.
/// </summary>
internal static class LlamaFactoryKeys
{
    /// <summary>The tool's library for YAML replaces <c>${…}</c> by something else.</summary>
    private const string Interpolation = "${";

    /// <summary>Keys that stand elsewhere in a job.</summary>
    private static readonly Dictionary<string, string> InJob = new(
        typeof(Hyperparameters).GetProperties().Where(property => property.CanWrite)
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            .ToDictionary(key => key, key => "hyperparameters." + key))
    {
        ["model_name_or_path"] = "model",
        ["dataset"] = "dataset",
        ["template"] = "template",
        ["finetuning_type"] = "method",
        ["stage"] = "stage",
        ["max_new_tokens"] = "evaluation.max_new_tokens",
    };

    /// <summary>Folders, checkpoints and what is told of the training.</summary>
    private static readonly HashSet<string> Own =
    [
        "do_train", "do_eval", "do_predict", "predict_with_generate", "eval_dataset", "dataset_dir", "media_dir", "output_dir", "overwrite_output_dir", "logging_dir",
        "resume_from_checkpoint", "adapter_name_or_path", "adapter_folder", "create_new_adapter", "save_strategy", "save_total_limit", "save_only_model", "ignore_data_skip",
        "logging_strategy", "logging_first_step", "report_to", "disable_tqdm", "cache_dir", "tokenized_path", "overwrite_cache", "push_to_hub", "hub_token", "hub_model_id",
        "hf_hub_token", "ms_hub_token", "om_hub_token", "export_dir", "export_hub_model_id", "print_param_status", "local_rank", "streaming",
        "metric_for_best_model", "greater_is_better", "restore_callback_states_from_checkpoint",
    ];

    /// <summary>Keys that a job may not pass on.</summary>
    internal static IEnumerable<string> Reserved => InJob.Keys.Concat(Own);

    public static void Check(JobSpec spec, FaultList faults)
    {
        faults.Require(
            spec.Llamafactory.Count == 0 || spec.Provider.Trainer == TrainerNames.LlamaFactory,
            "llamafactory_keys",
            $"llamafactory: these keys are for LLaMA-Factory, and the job's trainer is {spec.Provider.Trainer}: set provider.trainer to {TrainerNames.LlamaFactory}, or take them out.");
        foreach (var (key, value) in spec.Llamafactory)
        {
            if (Fault(key, value) is { } fault)
            {
                faults.Add("llamafactory_keys", $"llamafactory.{key}: {fault}");
            }
        }

        LlamaFactoryRules.Check(spec, faults);
    }

    private static string? Fault(string key, JsonElement value)
    {
        if (InJob.TryGetValue(key, out var place))
        {
            return $"write it as {place}; a key has one place.";
        }

        if (Own.Contains(key))
        {
            return "it belongs to the pipeline, which finds, keeps and continues the training by it; take it out.";
        }

        if (!LlamaFactoryArgument.All.TryGetValue(key, out var argument))
        {
            var nearest = NearestName.Find(key, LlamaFactoryArgument.All.Keys);
            return nearest is null ? "LLaMA-Factory has no such key; take it out." : $"LLaMA-Factory has no such key; did you mean '{nearest}'?";
        }

        var text = value.GetRawText();
        return text.Contains(Interpolation, StringComparison.Ordinal) ? $"it must not hold '{Interpolation}', which LLaMA-Factory would replace."
            : argument.Refuses(value) is { } wanted ? $"it must be {wanted}, not {text}."
            : null;
    }
}

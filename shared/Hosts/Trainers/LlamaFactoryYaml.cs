using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Hosts.Trainers;

/// <summary>A job as LLaMA-Factory's YAML: what every trainer is given, the type to compute in, and what the job says under <c>llamafactory</c>.</summary>
public static class LlamaFactoryYaml
{
    /// <summary>PyTorch's name of a type, and the tool's key that asks for it.</summary>
    private static readonly (string Precision, string Key)[] PrecisionKeys = [("bfloat16", "bf16"), ("float16", "fp16")];

    /// <summary>
    /// With freeze the tool keeps the layers that it trains in float32 and the others as they are stored, and computes with both only where it is told to mix
    /// types. Source: LLaMA-Factory 0.9.6, run 2026-11.
    /// </summary>
    private const string FreezePrecision = "bfloat16";

    /// <summary>Processes wait for each other while the first one reads the data, which takes longer than PyTorch's 30 minutes. Source: the tool's own examples.</summary>
    private const int CollectiveSeconds = 180_000_000;

    private const string CollectiveKey = "ddp_timeout";

    private const string ProcessorKey = "use_cpu";

    internal static TrainerYaml Of(TrainingSetup setup)
    {
        var yaml = JobYaml.Of(setup);
        var precision = Precision(setup.Spec, setup.Trainer);
        foreach (var (_, key) in PrecisionKeys.Where(pair => pair.Precision == precision))
        {
            yaml.Add(key, true);
        }

        if (FreezesOnProcessor(setup.Spec, setup.Trainer) && precision == FreezePrecision)
        {
            yaml.Add(ProcessorKey, true);
        }

        if (setup.Spec.Hyperparameters.GroupByLength)
        {
            // transformers 5 renamed group_by_length to this.
            yaml.Add("train_sampling_strategy", "group_by_length");
        }

        AddBest(yaml, setup.Spec.Hyperparameters);
        if (setup.Trainer is { Cards: > 1 })
        {
            yaml.Add(CollectiveKey, CollectiveSeconds);
        }

        // Last: what the job itself says stands above all that was chosen for it.
        foreach (var (key, value) in setup.Spec.Llamafactory)
        {
            yaml.Add(key, value);
        }

        return yaml;
    }

    /// <summary>What the job asks for, else what the host's cards are good at; as PyTorch names types.</summary>
    public static string Precision(JobSpec spec, TrainerProgram? trainer) =>
        Asked(spec) ?? (FreezesOnProcessor(spec, trainer) ? FreezePrecision : trainer?.Precision ?? "float32");

    internal static IEnumerable<(string Key, string What)> DecidedOnHost(JobSpec spec)
    {
        if (!spec.Llamafactory.ContainsKey(CollectiveKey))
        {
            yield return (CollectiveKey, FormattableString.Invariant($"{CollectiveSeconds} where there are several cards"));
        }

        if (Asked(spec) is null)
        {
            yield return ("bf16", "true where the cards compute in bfloat16");
            yield return ("fp16", "true where there are cards that do not");
            if (spec.Method == FineTuningMethod.Freeze && !spec.Llamafactory.ContainsKey(ProcessorKey))
            {
                yield return (ProcessorKey, "true where there are no cards; bf16 then, too");
            }
        }
    }

    private static bool FreezesOnProcessor(JobSpec spec, TrainerProgram? trainer) => spec.Method == FineTuningMethod.Freeze && trainer is not { Cards: > 0 };

    private static void AddBest(TrainerYaml yaml, Hyperparameters settings)
    {
        if (!settings.WatchesEvaluationLoss)
        {
            return;
        }

        // How many evaluations brought nothing better stands in the checkpoint, and is only read again when it is asked for.
        yaml.Add("metric_for_best_model", "eval_loss").Add("greater_is_better", false).Add("restore_callback_states_from_checkpoint", true);
        if (settings.EarlyStoppingSteps > 0)
        {
            yaml.Add("early_stopping_steps", settings.EarlyStoppingSteps);
        }

        if (settings.LoadBestModelAtEnd)
        {
            yaml.Add("load_best_model_at_end", true);
        }
    }

    /// <summary>null: the job leaves it to the host.</summary>
    private static string? Asked(JobSpec spec)
    {
        if (spec.Llamafactory.GetValueOrDefault("pure_bf16").ValueKind == JsonValueKind.True)
        {
            return "bfloat16";
        }

        var said = PrecisionKeys.Where(pair => spec.Llamafactory.ContainsKey(pair.Key)).ToList();
        return said.Count == 0 ? null : said.FirstOrDefault(pair => spec.Llamafactory[pair.Key].ValueKind == JsonValueKind.True).Precision ?? "float32";
    }
}

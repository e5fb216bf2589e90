using System.Text.Json;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Training.Trainers.LlamaFactory;

/// <summary>A job as LLaMA-Factory's YAML: what every trainer is given, the type to compute in, and what the job says under <c>llamafactory</c>.</summary>
internal static class LlamaFactoryYaml
{
    /// <summary>PyTorch's name of a type, and the tool's key that asks for it.</summary>
    private static readonly (string Precision, string Key)[] PrecisionKeys = [("bfloat16", "bf16"), ("float16", "fp16")];

    /// <summary>Processes wait for each other while the first one reads the data, which takes longer than PyTorch's 30 minutes. Source: the tool's own examples.</summary>
    private const int CollectiveSeconds = 180_000_000;

    public static TrainerYaml Of(StartTraining command, string outputFolder, string? resumeFrom)
    {
        var yaml = JobYaml.Of(command, outputFolder, resumeFrom);
        var precision = Precision(command);
        foreach (var (_, key) in PrecisionKeys.Where(pair => pair.Precision == precision))
        {
            yaml.Add(key, true);
        }

        if (command.Spec.Hyperparameters.GroupByLength)
        {
            // transformers 5 renamed group_by_length to this.
            yaml.Add("train_sampling_strategy", "group_by_length");
        }

        if (command.Prepared.Trainer is { Cards: > 1 })
        {
            yaml.Add("ddp_timeout", CollectiveSeconds);
        }

        // Last: what the job itself says stands above all that was chosen for it.
        foreach (var (key, value) in command.Spec.Llamafactory)
        {
            yaml.Add(key, value);
        }

        return yaml;
    }

    /// <summary>What the job asks for, else what the host's cards are good at.</summary>
    public static string Precision(StartTraining command)
    {
        var own = command.Spec.Llamafactory;
        if (own.GetValueOrDefault("pure_bf16").ValueKind == JsonValueKind.True)
        {
            return "bfloat16";
        }

        var said = PrecisionKeys.Where(pair => own.ContainsKey(pair.Key)).ToList();
        return said.Count == 0
            ? command.Prepared.Trainer?.Precision ?? "float32"
            : said.FirstOrDefault(pair => own[pair.Key].ValueKind == JsonValueKind.True).Precision ?? "float32";
    }
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>Who and what the model is, from its generation_config.json, model card, config.json and folder name, in this order of trust.</summary>
internal static class GeneralMetadata
{
    private const long MaxBytes = 1 << 20;

    public static void Add(GgufMetadata metadata, HfModelConfig config, long parameters, string? modelName)
    {
        metadata.Add("general.architecture", config.Architecture.GgufName);
        metadata.Add("general.type", "model");
        AddSampling(metadata, Path.Combine(config.Folder, "generation_config.json"));

        var card = ModelCard.Load(config.Folder);
        var names = Names(config, parameters);
        string? First(Func<ModelName, string?> part, params string[] cardKeys) =>
            card.Text(cardKeys) ?? names.Select(part).FirstOrDefault(value => value is not null);

        var name = First(candidate => ModelName.Title(candidate.FullName), "name", "model_name");
        metadata.Add("general.name", modelName ?? name ?? "");
        AddText(metadata, "general.author", card.Text("author", "model_author", "model_creator"));
        AddText(metadata, "general.version", First(candidate => candidate.Version, "version", "model_version"));
        AddText(metadata, "general.organization", First(
            candidate => candidate.Organization is null ? null : ModelName.Title(candidate.Organization), "organization", "model_organization"));
        AddText(metadata, "general.finetune", First(candidate => candidate.FineTune, "finetune", "model_finetune"));
        AddText(metadata, "general.basename", First(candidate => candidate.BaseName, "basename", "model_basename", "model_type"));
        AddText(metadata, "general.description", card.Text("description", "model_description"));
        metadata.Add("general.size_label", First(candidate => candidate.SizeLabel, "size_label", "model_size_label") ?? SizeLabel.For(parameters));
        card.AddTo(metadata, parameters);
    }

    private static List<ModelName> Names(HfModelConfig config, long parameters)
    {
        var names = new List<ModelName>();
        var original = ModelJson.Text(config.Json.Root, "_name_or_path");
        if (original is not null && original.Count(letter => letter == '/') <= 1)
        {
            names.Add(ModelName.Parse(original, parameters));
        }

        names.Add(ModelName.Parse(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(config.Folder))), parameters));
        return names;
    }

    private static void AddText(GgufMetadata metadata, string key, string? value)
    {
        if (value is not null)
        {
            metadata.Add(key, value);
        }
    }

    private static void AddSampling(GgufMetadata metadata, string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var document = ModelJson.Read(path, MaxBytes);
        var root = document.RootElement;
        AddText(metadata, "general.sampling.sequence", ModelJson.Text(root, "sequence"));
        AddInteger(metadata, root, "general.sampling.top_k", "top_k");
        AddNumber(metadata, root, "general.sampling.top_p", "top_p");
        AddNumber(metadata, root, "general.sampling.min_p", "min_p");
        AddNumber(metadata, root, "general.sampling.xtc_probability", "xtc_probability");
        AddNumber(metadata, root, "general.sampling.xtc_threshold", "xtc_threshold");
        AddNumber(metadata, root, "general.sampling.temp", "temperature");
        AddInteger(metadata, root, "general.sampling.penalty_last_n", "penalty_last_n");
        AddNumber(metadata, root, "general.sampling.penalty_repeat", Has(root, "penalty_repeat") ? "penalty_repeat" : "repetition_penalty");
        AddInteger(metadata, root, "general.sampling.mirostat", "mirostat");
        AddNumber(metadata, root, "general.sampling.mirostat_tau", "mirostat_tau");
        AddNumber(metadata, root, "general.sampling.mirostat_eta", "mirostat_eta");
    }

    private static bool Has(JsonElement root, string key) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out _);

    private static void AddInteger(GgufMetadata metadata, JsonElement root, string key, string property)
    {
        if (Has(root, property) && root.GetProperty(property) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number))
        {
            metadata.Add(key, number);
        }
    }

    private static void AddNumber(GgufMetadata metadata, JsonElement root, string key, string property)
    {
        if (Has(root, property) && root.GetProperty(property) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number))
        {
            metadata.Add(key, (float)number);
        }
    }
}

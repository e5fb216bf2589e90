using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>
/// What <c>adapter_config.json</c> of a PEFT LoRA adapter says: each adapted weight W becomes W + <see cref="Scale"/> · B · A.
/// Variants that compute anything else (DoRA, biases, per-layer ranks, …) are refused, because ignoring them would give a model that is silently wrong.
/// </summary>
/// <param name="Rank">Rows of every A and columns of every B.</param>
/// <param name="Alpha"><c>lora_alpha</c>.</param>
/// <param name="RankStabilised"><c>use_rslora</c>.</param>
/// <param name="Dropout">Share of inputs dropped while training.</param>
/// <param name="Targets"><c>target_modules</c>, sorted; empty when the file gives a pattern instead of a list.</param>
/// <param name="BaseModel"><c>base_model_name_or_path</c>; null when not given.</param>
public sealed record AdapterConfig(int Rank, double Alpha, bool RankStabilised, double Dropout, IReadOnlyList<string> Targets, string? BaseModel)
{
    public const string FileName = "adapter_config.json";
    public const string WeightsFileName = "adapter_model.safetensors";

    private const long MaxFileBytes = 1 << 20;
    private const int MaxRank = 1 << 16;

    // Each changes the arithmetic when it is set to anything but what stands here as "off".
    private static readonly string[] Unsupported =
    [
        "use_dora", "fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora", "modules_to_save", "rank_pattern", "alpha_pattern", "layer_replication",
        "target_parameters", "trainable_token_indices", "alora_invocation_tokens", "arrow_config",
    ];

    /// <summary>alpha / rank, or alpha / √rank when rank-stabilised.</summary>
    public double Scale => Alpha / (RankStabilised ? Math.Sqrt(Rank) : Rank);

    /// <exception cref="InvalidModelFileException">Missing, not JSON, not a LoRA adapter, or of a variant that is not supported.</exception>
    public static AdapterConfig Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using var json = ModelJson.Read(path, MaxFileBytes);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidModelFileException(path, "it must hold one JSON object");
        }

        RefuseVariants(path, root);
        return new AdapterConfig(
            ReadRank(path, root), ReadAlpha(path, root), Find(root, "use_rslora") is { ValueKind: JsonValueKind.True },
            Find(root, "lora_dropout") is { ValueKind: JsonValueKind.Number } dropout ? dropout.GetDouble() : 0,
            TargetNames(path, root), ModelJson.Text(root, "base_model_name_or_path"));
    }

    private static void RefuseVariants(string path, JsonElement root)
    {
        var type = ModelJson.Text(root, "peft_type");
        if (!string.Equals(type, "LORA", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidModelFileException(path, $"peft_type is {type ?? "not given"}; only LORA adapters are supported");
        }

        if (Find(root, "bias") is not null && ModelJson.Text(root, "bias") != "none")
        {
            throw new InvalidModelFileException(path, "bias is not \"none\"; adapters that train biases are not supported");
        }

        if (Unsupported.FirstOrDefault(name => Find(root, name) is { } value && !IsOff(value)) is { } variant)
        {
            throw new InvalidModelFileException(path, $"{variant} is set, which is not supported; train a plain LoRA adapter without it");
        }
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private static int ReadRank(string path, JsonElement root) =>
        Find(root, "r") is { ValueKind: JsonValueKind.Number } r && r.TryGetInt32(out var rank) && rank is >= 1 and <= MaxRank
            ? rank
            : throw new InvalidModelFileException(path, $"r must be a whole number between 1 and {MaxRank}");

    private static double ReadAlpha(string path, JsonElement root) =>
        Find(root, "lora_alpha") is { ValueKind: JsonValueKind.Number } alpha && double.IsFinite(alpha.GetDouble())
            ? alpha.GetDouble()
            : throw new InvalidModelFileException(path, "lora_alpha must be a number");

    private static string[] TargetNames(string path, JsonElement root) => Find(root, "target_modules") switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()
            .Select(name => name.ValueKind == JsonValueKind.String ? name.GetString()! : throw new InvalidModelFileException(path, "target_modules must be a list of names"))
            .Order(StringComparer.Ordinal)],
        _ => [],
    };

    private static JsonElement? Find(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}

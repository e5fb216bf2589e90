using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>What a model's <c>config.json</c> says, as far as memory, files and shapes depend on it.</summary>
public sealed record ModelConfig
{
    internal static readonly string[] Supported = ["llama", "mistral", "qwen2", "qwen3"];
    private const long LargestNumber = 1L << 32;

    public required string ModelType { get; init; }

    public required long Hidden { get; init; }

    public required long Intermediate { get; init; }

    public required long Layers { get; init; }

    public required long Heads { get; init; }

    public required long KeyValueHeads { get; init; }

    public required long HeadSize { get; init; }

    public required long Vocabulary { get; init; }

    public required bool TiedEmbedding { get; init; }

    /// <summary>Bytes per parameter of the weights as stored: 2 or 4.</summary>
    public required int WeightBytes { get; init; }

    /// <summary>Tokens that the model was made for at most; null if it does not say, or stretches its positions.</summary>
    public required long? Context { get; init; }

    public long Queries => Heads * HeadSize;

    public long Keys => KeyValueHeads * HeadSize;

    /// <summary>null, and faults, if the file cannot be used.</summary>
    public static ModelConfig? Read(string path, FaultList faults)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException exception)
        {
            faults.Add("model_config", $"model: config.json is no JSON at line {exception.LineNumber + 1}; download the file again.");
            return null;
        }

        using (json)
        {
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement, faults) : Refuse(faults, "is no JSON object");
        }
    }

    private static ModelConfig? Read(JsonElement root, FaultList faults)
    {
        var type = root.TryGetProperty("model_type", out var typeValue) && typeValue.ValueKind == JsonValueKind.String ? typeValue.GetString()! : "";
        if (!Supported.Contains(type))
        {
            faults.Add("model_architecture", $"model: the architecture '{type}' is not supported; supported are {string.Join(", ", Supported)}.");
            return null;
        }

        if (root.TryGetProperty("quantization_config", out var quantized) && quantized.ValueKind == JsonValueKind.Object)
        {
            return Refuse(faults, "says that the weights are quantised; name the original model with 16 or 32 bits per weight");
        }

        var missing = new List<string>();
        var hidden = Number("hidden_size");
        var heads = Number("num_attention_heads");
        var config = new ModelConfig
        {
            ModelType = type,
            Hidden = hidden,
            Heads = heads,
            Intermediate = Number("intermediate_size"),
            Layers = Number("num_hidden_layers"),
            Vocabulary = Number("vocab_size"),
            KeyValueHeads = Number("num_key_value_heads", heads),
            HeadSize = Number("head_dim", hidden / heads),
            Context = ContextOf(root),
            TiedEmbedding = root.TryGetProperty("tie_word_embeddings", out var tied) && tied.ValueKind == JsonValueKind.True,
            WeightBytes = Text("dtype") is "float32" || Text("torch_dtype") is "float32" ? 4 : 2,
        };
        if (missing.Count > 0)
        {
            return Refuse(faults, $"has no usable {string.Join(", ", missing)}");
        }

        return config.Heads % config.KeyValueHeads == 0
            ? config
            : Refuse(faults, $"has {config.Heads} attention heads, which {config.KeyValueHeads} key-value heads do not divide");

        long Number(string name, long? otherwise = null)
        {
            if (root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
                && value.TryGetInt64(out var number) && number is > 0 and < LargestNumber)
            {
                return number;
            }

            if (otherwise is null || root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
            {
                missing.Add(name);
                return 1;
            }

            return otherwise.Value;
        }

        string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    /// <summary>How far a model goes that stretches its positions, each kind of stretching says in its own way, and some do not; Llama 3's counts it in.</summary>
    private static long? ContextOf(JsonElement root)
    {
        foreach (var name in new[] { "rope_scaling", "rope_parameters" })
        {
            if (root.TryGetProperty(name, out var rope) && rope.ValueKind == JsonValueKind.Object
                && (rope.TryGetProperty("rope_type", out var kind) || rope.TryGetProperty("type", out kind))
                && kind.ValueKind == JsonValueKind.String && kind.GetString() is not ("default" or "llama3"))
            {
                return null;
            }
        }

        return root.TryGetProperty("max_position_embeddings", out var most) && most.ValueKind == JsonValueKind.Number && most.TryGetInt64(out var positions) && positions > 0
            ? positions
            : null;
    }

    private static ModelConfig? Refuse(FaultList faults, string what)
    {
        faults.Add("model_config", $"model: config.json {what}.");
        return null;
    }
}

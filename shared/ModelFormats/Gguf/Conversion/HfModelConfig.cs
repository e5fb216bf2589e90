using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>config.json of a model folder, with the defaults of its architecture and checked for values that no model can have.</summary>
internal sealed class HfModelConfig
{
    private const long MaxBytes = 16 << 20;
    private const int MaxSize = 1 << 24;
    private const int MaxLayers = 4096;

    private HfModelConfig(string folder, string path, JsonElement root)
    {
        Folder = folder;
        Json = new ConfigReader(path, root);
        Architecture = HfArchitecture.Find(path, FirstArchitecture(root));
        if (root.TryGetProperty("quantization_config", out var quantization) && quantization.ValueKind == JsonValueKind.Object)
        {
            throw Json.Wrong("quantization_config", "the model is quantised already; use the unquantised checkpoint (bf16, f16 or f32)");
        }

        HiddenSize = Json.Integer("hidden_size", 1, MaxSize);
        IntermediateSize = Json.Integer("intermediate_size", 1, MaxSize);
        Layers = Json.Integer("num_hidden_layers", 1, MaxLayers);
        Heads = Json.Integer("num_attention_heads", 1, MaxSize);
        KeyValueHeads = ReadKeyValueHeads();
        VocabularySize = Json.Integer("vocab_size", 1, MaxSize);
        MaxPositions = Json.Integer("max_position_embeddings", 1, int.MaxValue, Architecture.Defaults.MaxPositions);
        HeadSize = ReadHeadSize(out var headSizeWritten);
        HeadSizeWritten = headSizeWritten;
        NormEpsilon = Json.Number("rms_norm_eps", 1e-6);
        TiedEmbeddings = Json.Flag("tie_word_embeddings");
        AttentionBias = Json.Flag("attention_bias");
        MlpBias = Json.Flag("mlp_bias");
        Rope = RopeConfig.Read(Json);
        CheckActivation();
    }

    public string Folder { get; }

    public string Path => Json.Path;

    public ConfigReader Json { get; }

    public HfArchitecture Architecture { get; }

    public int HiddenSize { get; }

    public int IntermediateSize { get; }

    public int Layers { get; }

    public int Heads { get; }

    public int KeyValueHeads { get; }

    public int HeadSize { get; }

    /// <summary>Whether key and value length belong into the metadata.</summary>
    public bool HeadSizeWritten { get; }

    public int VocabularySize { get; }

    public int MaxPositions { get; }

    public double NormEpsilon { get; }

    public bool TiedEmbeddings { get; }

    public bool AttentionBias { get; }

    public bool MlpBias { get; }

    public RopeConfig Rope { get; }

    public static HfModelConfig Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidModelFileException(folder, "there is no such model folder; check the path");
        }

        var path = System.IO.Path.Combine(folder, "config.json");
        using var document = ModelJson.Read(path, MaxBytes);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new HfModelConfig(folder, path, document.RootElement.Clone())
            : throw new InvalidModelFileException(path, "it is not a JSON object; download the model again");
    }

    private static string? FirstArchitecture(JsonElement root) =>
        root.TryGetProperty("architectures", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            && list[0].ValueKind == JsonValueKind.String
            ? list[0].GetString()
            : null;

    private int ReadKeyValueHeads()
    {
        var missing = !Json.Root.TryGetProperty("num_key_value_heads", out _);
        var heads = Json.Integer("num_key_value_heads", 1, MaxSize, missing ? Architecture.Defaults.KeyValueHeads ?? Heads : Heads);
        return Heads % heads == 0 ? heads : throw Json.Wrong("num_key_value_heads", $"num_attention_heads ({Heads}) is not a multiple of {heads}");
    }

    private int ReadHeadSize(out bool written)
    {
        var given = Json.OptionalInteger("head_dim", 1, MaxSize);
        written = given is not null || Architecture.Defaults.HeadSize != HeadSizeRule.DivideUnwritten;
        if (given is not null)
        {
            return given.Value;
        }

        if (Architecture.Defaults.HeadSize == HeadSizeRule.Fixed128)
        {
            return 128;
        }

        return HiddenSize % Heads == 0
            ? HiddenSize / Heads
            : throw Json.Wrong("hidden_size", $"{HiddenSize} is not a multiple of num_attention_heads ({Heads}), and there is no head_dim");
    }

    private void CheckActivation()
    {
        var activation = ModelJson.Text(Json.Root, "hidden_act") ?? "silu";
        if (activation != "silu")
        {
            throw Json.Wrong("hidden_act", $"'{activation}' is not what llama.cpp computes for {Architecture.Name}; only silu is supported");
        }
    }
}

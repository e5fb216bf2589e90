using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>config.json to <see cref="ModelConfig"/>; everything that would change the arithmetic and is not implemented is refused, never ignored.</summary>
internal static class ModelConfigReader
{
    private const long MaxFileBytes = 4 << 20;

    private static readonly Dictionary<string, string> Architectures = new(StringComparer.Ordinal)
    {
        ["llama"] = "LlamaForCausalLM",
        ["mistral"] = "MistralForCausalLM",
        ["qwen2"] = "Qwen2ForCausalLM",
        ["qwen3"] = "Qwen3ForCausalLM",
    };

    public static ModelConfig Read(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!Directory.Exists(folder))
            throw new ModelException($"Model folder {folder} does not exist. Set model_name_or_path to a folder with config.json and *.safetensors.");
        if (!File.Exists(path))
            throw new ModelException($"{folder} has no config.json, so it is no model folder. Set model_name_or_path to the folder that has it.");
        if (new FileInfo(path).Length > MaxFileBytes)
            throw new ModelException($"{path} is larger than {MaxFileBytes >> 20} MiB: that is no model configuration.");

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(new ConfigValues(json.RootElement, path));
        }
        catch (JsonException e)
        {
            throw new ModelException($"{path} is not valid JSON (line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}).", e);
        }
    }

    private static ModelConfig Read(ConfigValues values)
    {
        var type = ModelType(values);
        RefuseWhatIsNotImplemented(values);

        var heads = values.Required("num_attention_heads", 1 << 14);
        var hidden = values.Required("hidden_size", 1 << 20);
        var attentionBias = values.Flag("attention_bias");
        var config = new ModelConfig
        {
            ModelType = type,
            VocabSize = values.Required("vocab_size", 1 << 24),
            HiddenSize = hidden,
            IntermediateSize = values.Required("intermediate_size", 1 << 22),
            Layers = values.Required("num_hidden_layers", 1 << 12),
            Heads = heads,
            KvHeads = values.Integer("num_key_value_heads") ?? heads,
            HeadDim = values.Integer("head_dim") ?? hidden / heads,
            MaxPositions = values.Integer("max_position_embeddings") ?? 2048,
            RmsNormEps = values.Number("rms_norm_eps") ?? 1e-6,
            RopeTheta = RopeReader.Theta(values),
            RopeScaling = RopeReader.Scaling(values),
            TieWordEmbeddings = values.Flag("tie_word_embeddings"),
            QkvBias = type == "qwen2" || (type is "llama" or "qwen3" && attentionBias),
            OutputBias = type is "llama" or "qwen3" && attentionBias,
            MlpBias = type == "llama" && values.Flag("mlp_bias"),
            QkNorm = type == "qwen3",
            BosTokenId = values.Integers("bos_token_id").Cast<int?>().FirstOrDefault(),
            EosTokenIds = values.Integers("eos_token_id"),
            PadTokenId = values.Integers("pad_token_id").Cast<int?>().FirstOrDefault(),
            DataType = values.Text("dtype") ?? values.Text("torch_dtype"),
            InitializerRange = values.Number("initializer_range") ?? 0.02,
        };
        config = WithWindow(config, values);
        Check(config, values);
        return config;
    }

    private static string ModelType(ConfigValues values)
    {
        var type = values.Text("model_type");
        var architecture = values.Texts("architectures").FirstOrDefault();
        if (type is not null && Architectures.TryGetValue(type, out var expected) && (architecture is null || architecture == expected))
            return type;
        throw values.Error(
            $"architecture {architecture ?? "(none named)"} (model_type {type ?? "not named"}) is not supported; supported are " +
            string.Join(", ", Architectures.Select(a => $"{a.Value} ({a.Key})")));
    }

    private static void RefuseWhatIsNotImplemented(ConfigValues values)
    {
        if (values.Text("hidden_act") is { } activation && activation is not ("silu" or "swish"))
            throw values.Error($"hidden_act {activation} is not supported; the supported architectures use silu");
        if (values.Has("quantization_config"))
            throw values.Error("the weights are quantised (quantization_config); training needs the unquantised model (bfloat16, float16 or float32)");
        if (values.Number("partial_rotary_factor") is { } part && part != 1)
            throw values.Error("partial_rotary_factor other than 1 is not supported");
    }

    private static ModelConfig WithWindow(ModelConfig config, ConfigValues values)
    {
        if (values.Integer("sliding_window") is not { } window)
            return config;
        return config.ModelType switch
        {
            "mistral" => config with { SlidingWindow = window },
            "qwen2" or "qwen3" when values.Flag("use_sliding_window") =>
                config with { SlidingWindow = window, FirstWindowLayer = values.Integer("max_window_layers") ?? 28 },
            _ => config,
        };
    }

    private static void Check(ModelConfig config, ConfigValues values)
    {
        if (config.KvHeads < 1 || config.Heads % config.KvHeads != 0)
            throw values.Error($"num_attention_heads {config.Heads} is not a multiple of num_key_value_heads {config.KvHeads}");
        if (config.HeadDim is < 2 or > 4096 || config.HeadDim % 2 != 0)
            throw values.Error($"head_dim {config.HeadDim} must be even and between 2 and 4096 (hidden_size / num_attention_heads where it is not given)");
        if (config.MaxPositions < 1)
            throw values.Error($"max_position_embeddings {config.MaxPositions} must be at least 1");
        if (config.SlidingWindow < 1)
            throw values.Error($"sliding_window {config.SlidingWindow} must be at least 1");
        if (!(config.RmsNormEps > 0 && config.RopeTheta > 0))
            throw values.Error("rms_norm_eps and rope_theta must be positive");
    }
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>The metadata that describes the network, in the reference converter's order.</summary>
internal static class ArchitectureMetadata
{
    private const uint QuantizationVersion = 2;

    public static void Add(GgufMetadata metadata, HfModelConfig config, GgufType type)
    {
        var name = config.Architecture.GgufName;
        metadata.Add($"{name}.block_count", (uint)config.Layers);
        metadata.Add($"{name}.context_length", (uint)config.MaxPositions);
        metadata.Add($"{name}.embedding_length", (uint)config.HiddenSize);
        metadata.Add($"{name}.feed_forward_length", (uint)config.IntermediateSize);
        metadata.Add($"{name}.attention.head_count", (uint)config.Heads);
        metadata.Add($"{name}.attention.head_count_kv", (uint)config.KeyValueHeads);
        AddRopeScaling(metadata, name, config);
        metadata.Add($"{name}.rope.freq_base", (float)config.Rope.Theta);
        metadata.Add($"{name}.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        if (config.HeadSizeWritten)
        {
            metadata.Add($"{name}.attention.key_length", (uint)config.HeadSize);
            metadata.Add($"{name}.attention.value_length", (uint)config.HeadSize);
        }

        metadata.Add("general.file_type", type.FileType());
        if (config.Architecture.IsLlama)
        {
            metadata.Add($"{name}.vocab_size", (uint)config.VocabularySize);
            metadata.Add($"{name}.rope.dimension_count", (uint)config.HeadSize);
        }

        metadata.Add("general.quantization_version", QuantizationVersion);
    }

    private static void AddRopeScaling(GgufMetadata metadata, string name, HfModelConfig config)
    {
        var rope = config.Rope;
        if (rope.Type is not ("linear" or "yarn"))
        {
            return;
        }

        var factor = rope.Parameter(config.Json, "factor") ?? throw config.Json.Wrong("factor", $"rope type {rope.Type} needs it");
        metadata.Add($"{name}.rope.scaling.type", rope.Type);
        metadata.Add($"{name}.rope.scaling.factor", (float)factor);
        if (rope.Type == "linear")
        {
            return;
        }

        // As transformers does when the key is missing: the context before scaling.
        var original = rope.Parameter(config.Json, "original_max_position_embeddings") ?? config.MaxPositions;
        metadata.Add($"{name}.rope.scaling.original_context_length", checked((uint)original));
        if (rope.Values.TryGetProperty("truncate", out var truncate) && truncate.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            metadata.Add($"{name}.rope.scaling.yarn_truncate", truncate.GetBoolean());
        }

        AddOptional(metadata, $"{name}.rope.scaling.yarn_ext_factor", rope.Parameter(config.Json, "extrapolation_factor"));
        AddOptional(metadata, $"{name}.rope.scaling.yarn_attn_factor", rope.Parameter(config.Json, "attention_factor")
            ?? rope.Parameter(config.Json, "attn_factor"));
        AddOptional(metadata, $"{name}.rope.scaling.yarn_beta_fast", rope.Parameter(config.Json, "beta_fast"));
        AddOptional(metadata, $"{name}.rope.scaling.yarn_beta_slow", rope.Parameter(config.Json, "beta_slow"));
    }

    private static void AddOptional(GgufMetadata metadata, string key, double? value)
    {
        if (value is not null)
        {
            metadata.Add(key, (float)value.Value);
        }
    }
}

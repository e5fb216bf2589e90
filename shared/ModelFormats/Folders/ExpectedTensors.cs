namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>The tensors that a model of a given configuration must have, with their shapes.</summary>
internal static class ExpectedTensors
{
    public static IEnumerable<(string Name, long[] Shape)> Of(ModelConfig config)
    {
        yield return ("model.embed_tokens.weight", [config.Vocabulary, config.Hidden]);
        for (var layer = 0L; layer < config.Layers; layer++)
        {
            foreach (var (name, shape) in OfLayer(config))
            {
                yield return ($"model.layers.{layer}.{name}", shape);
            }
        }

        yield return ("model.norm.weight", [config.Hidden]);
        if (!config.TiedEmbedding)
        {
            yield return ("lm_head.weight", [config.Vocabulary, config.Hidden]);
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> OfLayer(ModelConfig config)
    {
        yield return ("input_layernorm.weight", [config.Hidden]);
        yield return ("self_attn.q_proj.weight", [config.Queries, config.Hidden]);
        yield return ("self_attn.k_proj.weight", [config.Keys, config.Hidden]);
        yield return ("self_attn.v_proj.weight", [config.Keys, config.Hidden]);
        yield return ("self_attn.o_proj.weight", [config.Hidden, config.Queries]);
        yield return ("post_attention_layernorm.weight", [config.Hidden]);
        yield return ("mlp.gate_proj.weight", [config.Intermediate, config.Hidden]);
        yield return ("mlp.up_proj.weight", [config.Intermediate, config.Hidden]);
        yield return ("mlp.down_proj.weight", [config.Hidden, config.Intermediate]);
        if (config.ModelType == "qwen2")
        {
            yield return ("self_attn.q_proj.bias", [config.Queries]);
            yield return ("self_attn.k_proj.bias", [config.Keys]);
            yield return ("self_attn.v_proj.bias", [config.Keys]);
        }
        else if (config.ModelType == "qwen3")
        {
            yield return ("self_attn.q_norm.weight", [config.HeadSize]);
            yield return ("self_attn.k_norm.weight", [config.HeadSize]);
        }
    }
}

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>Which tensors a model of a given config has, with GGUF names and shapes. Optional ones are converted when they are there.</summary>
internal static class ExpectedTensors
{
    public static Dictionary<string, ExpectedTensor> For(HfModelConfig config)
    {
        var expected = new Dictionary<string, ExpectedTensor>(StringComparer.Ordinal);
        void Add(string name, string ggufName, bool required, params long[] shape) => expected.Add(name, new ExpectedTensor(ggufName, shape, required));

        Add("model.embed_tokens.weight", "token_embd.weight", true, config.VocabularySize, config.HiddenSize);
        Add("model.norm.weight", "output_norm.weight", true, config.HiddenSize);
        Add("lm_head.weight", "output.weight", !config.TiedEmbeddings, config.VocabularySize, config.HiddenSize);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            AddLayer(Add, config, $"model.layers.{layer}.", $"blk.{layer}.");
        }

        return expected;
    }

    private static void AddLayer(AddTensor add, HfModelConfig config, string from, string to)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long query = (long)config.Heads * config.HeadSize, keyValue = (long)config.KeyValueHeads * config.HeadSize;
        void Matrix(string name, string ggufName, long rows, long columns, bool bias)
        {
            add($"{from}{name}.weight", $"{to}{ggufName}.weight", true, rows, columns);
            add($"{from}{name}.bias", $"{to}{ggufName}.bias", bias, rows);
        }

        var attentionBias = config.AttentionBias || config.Architecture.BiasAlways;
        add($"{from}input_layernorm.weight", $"{to}attn_norm.weight", true, hidden);
        add($"{from}post_attention_layernorm.weight", $"{to}ffn_norm.weight", true, hidden);
        Matrix("self_attn.q_proj", "attn_q", query, hidden, attentionBias);
        Matrix("self_attn.k_proj", "attn_k", keyValue, hidden, attentionBias);
        Matrix("self_attn.v_proj", "attn_v", keyValue, hidden, attentionBias);
        Matrix("self_attn.o_proj", "attn_output", hidden, query, config.AttentionBias);
        Matrix("mlp.gate_proj", "ffn_gate", inner, hidden, config.MlpBias);
        Matrix("mlp.up_proj", "ffn_up", inner, hidden, config.MlpBias);
        Matrix("mlp.down_proj", "ffn_down", hidden, inner, config.MlpBias);
        if (config.Architecture.QueryKeyNorm)
        {
            add($"{from}self_attn.q_norm.weight", $"{to}attn_q_norm.weight", true, config.HeadSize);
            add($"{from}self_attn.k_norm.weight", $"{to}attn_k_norm.weight", true, config.HeadSize);
        }
    }

    private delegate void AddTensor(string name, string ggufName, bool required, params long[] shape);
}

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>How a weight starts in a new model.</summary>
internal enum WeightStart
{
    /// <summary>Normal with the config's initializer range.</summary>
    Normal,

    /// <summary>Normal, smaller by sqrt(2 x layers): it is added to the residual stream twice per layer.</summary>
    Residual,
    Ones,
    Zeros,
}

/// <summary>Name (as Hugging Face has it), shape and first value of one weight.</summary>
internal sealed record WeightSpec(string Name, long[] Shape, WeightStart Start);

/// <summary>The weights that a model of a given configuration has: the one place that knows their names.</summary>
internal static class ModelLayout
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    /// <summary>The linear layers of a decoder layer, in the order in which LoRA lists them.</summary>
    public static readonly IReadOnlyList<string> Projections =
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    public static IReadOnlyList<WeightSpec> Of(ModelConfig config)
    {
        var weights = new List<WeightSpec> { new(Embedding, [config.VocabSize, config.HiddenSize], WeightStart.Normal) };
        for (var layer = 0; layer < config.Layers; layer++)
            AddLayer(weights, config, Prefix(layer));
        weights.Add(new WeightSpec(FinalNorm, [config.HiddenSize], WeightStart.Ones));
        if (!config.TieWordEmbeddings)
            weights.Add(new WeightSpec(Head, [config.VocabSize, config.HiddenSize], WeightStart.Normal));
        return weights;
    }

    public static string Prefix(int layer) => $"model.layers.{layer}.";

    private static void AddLayer(List<WeightSpec> weights, ModelConfig config, string prefix)
    {
        int hidden = config.HiddenSize, inner = config.IntermediateSize;
        int queries = config.Heads * config.HeadDim, keys = config.KvHeads * config.HeadDim;

        Add("input_layernorm.weight", WeightStart.Ones, hidden);
        AddLinear("self_attn.q_proj", queries, hidden, WeightStart.Normal, config.QkvBias);
        AddLinear("self_attn.k_proj", keys, hidden, WeightStart.Normal, config.QkvBias);
        AddLinear("self_attn.v_proj", keys, hidden, WeightStart.Normal, config.QkvBias);
        AddLinear("self_attn.o_proj", hidden, queries, WeightStart.Residual, config.OutputBias);
        if (config.QkNorm)
        {
            Add("self_attn.q_norm.weight", WeightStart.Ones, config.HeadDim);
            Add("self_attn.k_norm.weight", WeightStart.Ones, config.HeadDim);
        }
        Add("post_attention_layernorm.weight", WeightStart.Ones, hidden);
        AddLinear("mlp.gate_proj", inner, hidden, WeightStart.Normal, config.MlpBias);
        AddLinear("mlp.up_proj", inner, hidden, WeightStart.Normal, config.MlpBias);
        AddLinear("mlp.down_proj", hidden, inner, WeightStart.Residual, config.MlpBias);

        void AddLinear(string name, int outputs, int inputs, WeightStart start, bool bias)
        {
            Add(name + ".weight", start, outputs, inputs);
            if (bias)
                Add(name + ".bias", WeightStart.Zeros, outputs);
        }

        void Add(string name, WeightStart start, params long[] shape) => weights.Add(new WeightSpec(prefix + name, shape, start));
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>
/// A Llama-type language model on the CPU. It owns its weights; what the methods return belongs to the caller's dispose scope.
/// Weights are frozen until <see cref="TrainAllParameters"/> or <see cref="Lora.Attach"/> says otherwise. Not for use from several threads at once.
/// </summary>
internal sealed class CausalLm : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights;
    private readonly IReadOnlyList<WeightSpec> _layout;
    private readonly RotaryEmbedding _rotary;
    private readonly Tensor _embedding;
    private readonly Tensor _norm;
    private readonly Tensor _head;

    private CausalLm(ModelConfig config, IReadOnlyList<WeightSpec> layout, Dictionary<string, Tensor> weights)
    {
        Config = config;
        _layout = layout;
        _weights = weights;
        _embedding = weights[ModelLayout.Embedding];
        _norm = weights[ModelLayout.FinalNorm];
        _head = config.TieWordEmbeddings ? _embedding : weights[ModelLayout.Head];
        _rotary = new RotaryEmbedding(config, _embedding.dtype);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(index => new DecoderLayer(config, _rotary, index, weights))];
    }

    public ModelConfig Config { get; }

    public IReadOnlyList<DecoderLayer> Layers { get; }

    /// <summary>The type in which weights are held and hidden states are computed.</summary>
    public ScalarType ComputeType => _embedding.dtype;

    /// <summary>LoRA's dropout is active.</summary>
    public bool Training { get; set; }

    /// <summary>The layers' products run in bfloat16 while weights and gradients stay float32: faster where <see cref="Torch.CpuFeatures.BFloat16"/> is true. Off by default.</summary>
    public bool BFloat16Linears { get; set; }

    /// <summary>The base model's weights by Hugging Face's names, in the order of the layers; a tied head is not listed twice.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> NamedParameters => [.. _layout.Select(spec => (spec.Name, _weights[spec.Name]))];

    /// <summary>Reads config.json and *.safetensors (one file, or shards with an index).</summary>
    /// <param name="compute">Float32 or BFloat16</param>
    /// <exception cref="ModelException">config and weights contradict each other, a file is missing or damaged, …</exception>
    public static CausalLm Load(string folder, ScalarType compute = ScalarType.Float32)
    {
        var config = ModelConfig.Load(folder);
        var layout = ModelLayout.Of(config);
        return new CausalLm(config, layout, WeightLoader.Load(folder, layout, config.TieWordEmbeddings, compute));
    }

    /// <summary>A new model with random weights; the same seed gives the same weights.</summary>
    public static CausalLm Create(ModelConfig config, long seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new torch.Generator((ulong)seed);
        var layout = ModelLayout.Of(config);
        var weights = layout.ToDictionary(spec => spec.Name, spec => NewWeight(spec, config, random).DetachFromDisposeScope());
        return new CausalLm(config, layout, weights);
    }

    /// <summary>The last layer's normalised states [B, T, hidden].</summary>
    /// <param name="ids">token ids [B, T], int64</param>
    /// <param name="attentionMask">
    /// [B, tokens in the cache + T], 1 for tokens and 0 for padding at either side; null when there is none, or when padding is on the right and its results are not
    /// used (in causal order no real token sees it, and plain causal attention is faster).
    /// </param>
    /// <param name="cache">earlier tokens; the new ones are added. Only without gradients.</param>
    public Tensor Hidden(Tensor ids, Tensor? attentionMask = null, KvCache? cache = null)
    {
        CheckIds(ids);
        using var scope = NewDisposeScope();
        long batch = ids.shape[0], tokens = ids.shape[1], past = cache?.Length ?? 0;
        var (cos, sin) = Rotation(past, tokens, attentionMask);
        var pass = new ForwardPass(cos, sin, cache, Training, BFloat16Linears);
        var mask = AttentionMask.Build(tokens, past + tokens, null, attentionMask);
        var windowMask = Config.SlidingWindow < past + tokens ? AttentionMask.Build(tokens, past + tokens, Config.SlidingWindow, attentionMask) : mask;

        var x = _embedding.index_select(0, ids.reshape(-1)).view(batch, tokens, Config.HiddenSize);
        for (var index = 0; index < Layers.Count; index++)
        {
            // A scope per layer: temporaries that no gradient needs are freed at once instead of at the end of the step (12 to 15 % of the peak).
            using var layerScope = NewDisposeScope();
            var next = Layers[index].Apply(x, Config.WindowOf(index) is null ? mask : windowMask, pass).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
        }
        cache?.Advance(tokens);
        return RmsNorm.Apply(x, _norm, Config.RmsNormEps).MoveToOuterDisposeScope();
    }

    /// <summary>Scores over the vocabulary, float32, for hidden states of any leading shape.</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(hidden, _head).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Full fine-tuning: every weight gets gradients. Needs Float32.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> TrainAllParameters()
    {
        foreach (var (_, tensor) in NamedParameters)
            tensor.requires_grad = true;
        return NamedParameters;
    }

    public void Dispose()
    {
        _rotary.Dispose();
        foreach (var weight in _weights.Values)
            weight.Dispose();
    }

    private (Tensor Cos, Tensor Sin) Rotation(long past, long tokens, Tensor? attentionMask)
    {
        if (attentionMask is null)
            return _rotary.Range(past, tokens);
        if (attentionMask.shape[1] != past + tokens)
            throw new ArgumentException($"The attention mask covers {attentionMask.shape[1]} tokens instead of {past + tokens}.", nameof(attentionMask));

        // Positions count real tokens, so that a row gives the same result however much padding stands before it.
        var positions = attentionMask.to(ScalarType.Int64).cumsum(1).sub_(1).clamp_(0).slice(1, past, past + tokens, 1);
        return _rotary.At(positions, past + tokens);
    }

    private void CheckIds(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var (low, high) = (ids.min().item<long>(), ids.max().item<long>());
        if (low < 0 || high >= Config.VocabSize)
        {
            throw new ModelException(
                $"Token id {(low < 0 ? low : high)} is outside the model's embedding of {Config.VocabSize} rows: the tokenizer does not belong to this model.");
        }
    }

    private static Tensor NewWeight(WeightSpec spec, ModelConfig config, torch.Generator random) => spec.Start switch
    {
        WeightStart.Ones => ones(spec.Shape, dtype: ScalarType.Float32),
        WeightStart.Zeros => zeros(spec.Shape, dtype: ScalarType.Float32),
        WeightStart.Residual => randn(spec.Shape, dtype: ScalarType.Float32, generator: random) * (config.InitializerRange / Math.Sqrt(2.0 * config.Layers)),
        _ => randn(spec.Shape, dtype: ScalarType.Float32, generator: random) * config.InitializerRange,
    };
}

using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>What the layers of one forward pass share.</summary>
internal sealed record ForwardPass(Tensor Cos, Tensor Sin, KvCache? Cache, bool Training, bool Narrow);

/// <summary>Attention and feed-forward of one layer, each behind a norm and added to its input.</summary>
internal sealed class DecoderLayer
{
    private readonly ModelConfig _config;
    private readonly RotaryEmbedding _rotary;
    private readonly int _index;
    private readonly Tensor _inputNorm;
    private readonly Tensor _postNorm;
    private readonly Tensor? _queryNorm;
    private readonly Tensor? _keyNorm;

    public DecoderLayer(ModelConfig config, RotaryEmbedding rotary, int index, IReadOnlyDictionary<string, Tensor> weights)
    {
        (_config, _rotary, _index) = (config, rotary, index);
        var prefix = ModelLayout.Prefix(index);
        _inputNorm = weights[prefix + "input_layernorm.weight"];
        _postNorm = weights[prefix + "post_attention_layernorm.weight"];
        _queryNorm = weights.GetValueOrDefault(prefix + "self_attn.q_norm.weight");
        _keyNorm = weights.GetValueOrDefault(prefix + "self_attn.k_norm.weight");
        Projections = [.. ModelLayout.Projections.Select(name =>
            new Projection(prefix + name, weights[prefix + name + ".weight"], weights.GetValueOrDefault(prefix + name + ".bias")))];
    }

    /// <summary>In the order of <see cref="ModelLayout.Projections"/>.</summary>
    public IReadOnlyList<Projection> Projections { get; }

    /// <param name="x">[B, T, hidden]</param>
    /// <param name="mask">see <see cref="AttentionMask"/></param>
    public Tensor Apply(Tensor x, Tensor? mask, ForwardPass pass)
    {
        var attended = x + Attend(RmsNorm.Apply(x, _inputNorm, _config.RmsNormEps), mask, pass);
        return attended + FeedForward(RmsNorm.Apply(attended, _postNorm, _config.RmsNormEps), pass);
    }

    private Tensor Attend(Tensor x, Tensor? mask, ForwardPass pass)
    {
        long batch = x.shape[0], tokens = x.shape[1];
        var queries = Heads(0, _config.Heads);
        var keys = Heads(1, _config.KvHeads);
        var values = Heads(2, _config.KvHeads).transpose(1, 2);
        if (_queryNorm is not null)
        {
            queries = RmsNorm.Apply(queries, _queryNorm, _config.RmsNormEps);
            keys = RmsNorm.Apply(keys, _keyNorm!, _config.RmsNormEps);
        }
        queries = _rotary.Rotate(queries.transpose(1, 2), pass.Cos, pass.Sin);
        keys = _rotary.Rotate(keys.transpose(1, 2), pass.Cos, pass.Sin);
        if (pass.Cache is not null)
            (keys, values) = pass.Cache.Append(_index, keys, values);

        var mixed = tokens == 1 && _config.Heads != _config.KvHeads ? OneQuery(queries, keys, values, mask) : ManyQueries(queries, keys, values, mask);
        return Project(3, mixed.transpose(1, 2).reshape(batch, tokens, _config.Heads * _config.HeadDim), pass);

        Tensor Heads(int projection, int heads) => Project(projection, x, pass).view(batch, tokens, heads, _config.HeadDim);
    }

    private Tensor ManyQueries(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var causal = mask is null && queries.shape[2] > 1;
        return nn.functional.scaled_dot_product_attention(queries, Repeat(keys), Repeat(values), mask, is_casual: causal);
    }

    /// <summary>While generating: the query heads that share a key head become its queries, so that the cache need not be copied per head.</summary>
    private Tensor OneQuery(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var grouped = queries.reshape(queries.shape[0], _config.KvHeads, _config.Heads / _config.KvHeads, _config.HeadDim);
        return nn.functional.scaled_dot_product_attention(grouped, keys, values, mask).reshape(queries.shape);
    }

    private Tensor Repeat(Tensor heads)
    {
        if (_config.KvHeads == _config.Heads)
            return heads;
        long batch = heads.shape[0], tokens = heads.shape[2];
        return heads.unsqueeze(2)
            .expand(batch, _config.KvHeads, _config.Heads / _config.KvHeads, tokens, _config.HeadDim)
            .reshape(batch, _config.Heads, tokens, _config.HeadDim);
    }

    private Tensor FeedForward(Tensor x, ForwardPass pass) =>
        Project(6, nn.functional.silu(Project(4, x, pass)) * Project(5, x, pass), pass);

    private Tensor Project(int projection, Tensor x, ForwardPass pass) => Projections[projection].Apply(x, pass.Training, pass.Narrow);
}

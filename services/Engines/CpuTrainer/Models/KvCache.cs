using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>Keys and values of the tokens already seen, per layer [B, kvHeads, capacity, headDim]; for use without gradients.</summary>
internal sealed class KvCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    public KvCache(ModelConfig config, long batch, long capacity, ScalarType type)
    {
        Capacity = capacity;
        _keys = Buffers();
        _values = Buffers();

        Tensor[] Buffers() =>
            [.. Enumerable.Range(0, config.Layers).Select(_ => empty([batch, config.KvHeads, capacity, config.HeadDim], dtype: type).DetachFromDisposeScope())];
    }

    /// <summary>Tokens held.</summary>
    public long Length { get; private set; }

    public long Capacity { get; }

    /// <summary>Stores the new tokens' keys and values of one layer and returns those of all tokens so far (views; they belong to the caller's dispose scope).</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var end = Length + keys.shape[2];
        if (end > Capacity)
            throw new InvalidOperationException($"The cache holds {Capacity} tokens; {end} do not fit.");
        _keys[layer].slice(2, Length, end, 1).copy_(keys);
        _values[layer].slice(2, Length, end, 1).copy_(values);
        return (_keys[layer].slice(2, 0, end, 1), _values[layer].slice(2, 0, end, 1));
    }

    /// <summary>Counts the tokens that every layer has appended.</summary>
    public void Advance(long tokens) => Length += tokens;

    /// <summary>Goes on with these rows of the batch only.</summary>
    public void KeepRows(Tensor rows)
    {
        foreach (var buffers in (Tensor[][])[_keys, _values])
        {
            for (var layer = 0; layer < buffers.Length; layer++)
            {
                var kept = buffers[layer].index_select(0, rows).DetachFromDisposeScope();
                buffers[layer].Dispose();
                buffers[layer] = kept;
            }
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _keys.Concat(_values))
            buffer.Dispose();
    }
}

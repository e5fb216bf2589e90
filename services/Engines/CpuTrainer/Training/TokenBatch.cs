using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>
/// Samples side by side, padded on the right, with the places whose next token is learnt. In causal order no token sees the padding behind it, so it needs no
/// mask; and the head, the dearest product of a small model, is computed only where a token is learnt.
/// </summary>
internal sealed class TokenBatch : IDisposable
{
    private const long Padding = 0;

    private readonly Tensor _ids;
    private readonly Tensor _places;
    private readonly Tensor _targets;

    public TokenBatch(IReadOnlyList<TokenizedSample> samples)
    {
        var longest = samples.Max(sample => sample.Ids.Length);
        var ids = new long[samples.Count * longest];
        Array.Fill(ids, Padding);
        var (places, targets) = (new List<long>(), new List<long>());
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            for (var place = 0; place < sample.Ids.Length; place++)
            {
                ids[(row * longest) + place] = sample.Ids[place];
                if (place > 0 && sample.Trained[place])
                {
                    places.Add((row * longest) + place - 1);
                    targets.Add(sample.Ids[place]);
                }
            }
        }

        Samples = samples;
        PaddedTokens = ids.Length;
        _ids = tensor(ids).view(samples.Count, longest).DetachFromDisposeScope();
        _places = tensor(places.ToArray()).DetachFromDisposeScope();
        _targets = tensor(targets.ToArray()).DetachFromDisposeScope();
    }

    public IReadOnlyList<TokenizedSample> Samples { get; }

    public int PaddedTokens { get; }

    /// <summary>Scores of the vocabulary at each place whose next token is learnt, row after row.</summary>
    public Tensor Scores(CausalLm model)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(_ids);
        var chosen = hidden.view(-1, hidden.shape[^1]).index_select(0, _places);
        return model.Logits(chosen).MoveToOuterDisposeScope();
    }

    /// <summary>Sum of the losses of all learnt tokens.</summary>
    public Tensor LossSum(Tensor scores) => nn.functional.cross_entropy(scores, _targets, reduction: nn.Reduction.Sum);

    /// <summary>Whether the likeliest token is the right one, for each learnt token.</summary>
    public bool[] Hits(Tensor scores)
    {
        using var scope = NewDisposeScope();
        return scores.argmax(1).eq(_targets).data<bool>().ToArray();
    }

    public void Dispose()
    {
        _ids.Dispose();
        _places.Dispose();
        _targets.Dispose();
    }
}

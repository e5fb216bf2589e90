using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>The loss of next-token prediction.</summary>
internal static class TokenLoss
{
    /// <summary>Label of a token that is not to be learnt.</summary>
    public const long Ignore = -100;

    /// <summary>Sum of cross entropies over the labelled tokens and their number; scores over the vocabulary are computed for these alone. The sum is 0 without labels.</summary>
    /// <param name="ids">[B, T]</param>
    /// <param name="labels">[B, T], equal to the ids or <see cref="Ignore"/>; the label at t is predicted from the tokens before it</param>
    /// <param name="attentionMask">see <see cref="CausalLm.Hidden"/>; null with padding on the right</param>
    public static (Tensor Sum, long Count) Of(CausalLm model, Tensor ids, Tensor labels, Tensor? attentionMask = null)
    {
        using var scope = NewDisposeScope();
        var (losses, _) = PerToken(model, ids, labels, attentionMask);
        return (losses.sum().MoveToOuterDisposeScope(), losses.shape[0]);
    }

    /// <summary>Cross entropy of each labelled token [n], row by row, and the row of each [n].</summary>
    public static (Tensor Losses, Tensor Rows) PerToken(CausalLm model, Tensor ids, Tensor labels, Tensor? attentionMask = null)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(ids, attentionMask);
        long predicted = ids.shape[1] - 1;
        var targets = labels.slice(1, 1, ids.shape[1], 1).reshape(-1);
        var learnt = targets.ne(Ignore).nonzero().view(-1);

        var states = hidden.slice(1, 0, predicted, 1).reshape(-1, hidden.shape[2]).index_select(0, learnt);
        var losses = nn.functional.cross_entropy(model.Logits(states), targets.index_select(0, learnt), reduction: nn.Reduction.None);
        var rows = learnt.div(predicted, RoundingMode.floor);
        return (losses.MoveToOuterDisposeScope(), rows.MoveToOuterDisposeScope());
    }
}

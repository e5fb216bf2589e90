using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>What a model makes of one text: the sum of its tokens' log probabilities (natural logarithm) and how many were scored (all but the first).</summary>
internal sealed record TextScore(double LogProbability, int Tokens);

/// <summary>How likely a model finds given texts.</summary>
internal static class LogLikelihood
{
    private const int TokensPerBatch = 4096;

    /// <summary>Scores token sequences, in their order. A sequence of fewer than two tokens has nothing to score.</summary>
    public static IReadOnlyList<TextScore> Of(CausalLm model, IReadOnlyList<int[]> sequences, CancellationToken cancellationToken)
    {
        using var frozen = no_grad();
        var scores = new TextScore[sequences.Count];
        Array.Fill(scores, new TextScore(0, 0));
        foreach (var batch in Batches(sequences))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Score(model, sequences, batch, scores);
        }
        return scores;
    }

    /// <summary>e to the mean loss per token; NaN when nothing was scored.</summary>
    public static double Perplexity(IReadOnlyCollection<TextScore> scores) => Math.Exp(-scores.Sum(s => s.LogProbability) / scores.Sum(s => s.Tokens));

    private static void Score(CausalLm model, IReadOnlyList<int[]> sequences, IReadOnlyList<int> batch, TextScore[] scores)
    {
        using var scope = NewDisposeScope();
        var longest = batch.Max(index => sequences[index].Length);
        var ids = new long[batch.Count * longest];
        var labels = new long[ids.Length];
        Array.Fill(labels, TokenLoss.Ignore);
        for (var row = 0; row < batch.Count; row++)
        {
            var sequence = sequences[batch[row]];
            for (var i = 0; i < sequence.Length; i++)
                ids[row * longest + i] = labels[row * longest + i] = sequence[i];
        }

        var (losses, _) = TokenLoss.PerToken(model, tensor(ids).view(batch.Count, longest), tensor(labels).view(batch.Count, longest));
        var values = losses.data<float>().ToArray();
        var at = 0;
        foreach (var index in batch)
        {
            var count = sequences[index].Length - 1;
            scores[index] = new TextScore(-values.AsSpan(at, count).ToArray().Sum(loss => (double)loss), count);
            at += count;
        }
    }

    /// <summary>Indices of sequences of similar length, so that little is spent on padding.</summary>
    private static IEnumerable<List<int>> Batches(IReadOnlyList<int[]> sequences)
    {
        var batch = new List<int>();
        foreach (var index in Enumerable.Range(0, sequences.Count).Where(i => sequences[i].Length > 1).OrderBy(i => sequences[i].Length))
        {
            if (batch.Count > 0 && (batch.Count + 1) * sequences[index].Length > TokensPerBatch)
            {
                yield return batch;
                batch = [];
            }
            batch.Add(index);
        }
        if (batch.Count > 0)
            yield return batch;
    }
}

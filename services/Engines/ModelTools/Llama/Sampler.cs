using System.Numerics.Tensors;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Chooses the tokens of one answer. Same logits and seed, same tokens, on every computer.</summary>
internal sealed class Sampler(SamplingOptions options)
{
    /// <summary>First look at the tokens that are not far less likely than the best one; sorting a whole vocabulary takes longer than the model.</summary>
    private const float LikelyShare = 1e-4f;
    private readonly Random _random = options.Seed is { } seed ? new Random(unchecked((int)(seed ^ (seed >> 32)))) : new Random();
    private readonly Dictionary<int, int> _seen = [];

    /// <param name="logits">One number for each token; changed by penalties.</param>
    /// <exception cref="NotANumberException">The model gave no numbers.</exception>
    public int Choose(Span<float> logits)
    {
        Adjust(logits);
        var best = TensorPrimitives.IndexOfMax<float>(logits);
        if (best < 0 || !float.IsFinite(logits[best]))
        {
            throw new NotANumberException();
        }

        var chosen = options.Temperature <= 0 ? best : Draw(logits, logits[best]);
        _seen[chosen] = _seen.GetValueOrDefault(chosen) + 1;
        return chosen;
    }

    private void Adjust(Span<float> logits)
    {
        foreach (var (token, bias) in options.LogitBias)
        {
            if (token >= 0 && token < logits.Length)
            {
                logits[token] += bias;
            }
        }

        if (options.PresencePenalty == 0 && options.FrequencyPenalty == 0)
        {
            return;
        }

        foreach (var (token, count) in _seen)
        {
            logits[token] -= (float)(options.PresencePenalty + (count * options.FrequencyPenalty));
        }
    }

    private int Draw(ReadOnlySpan<float> logits, float highest)
    {
        var weights = new float[logits.Length];
        var sum = 0.0;
        for (var token = 0; token < weights.Length; token++)
        {
            weights[token] = (float)Math.Exp((logits[token] - highest) / options.Temperature);
            sum += weights[token];
        }

        if (options.TopP >= 1)
        {
            return Draw(weights, Enumerable.Range(0, weights.Length), sum);
        }

        var wanted = options.TopP * sum;
        return Draw(weights, Likeliest(weights, LikelyShare, wanted) ?? Likeliest(weights, 0, wanted)!, wanted);
    }

    /// <summary>Tokens from the likeliest on until they have the wanted weight; null if those above the share do not have it.</summary>
    private static List<int>? Likeliest(float[] weights, float share, double wanted)
    {
        var candidates = new List<int>();
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] >= share)
            {
                candidates.Add(token);
            }
        }

        candidates.Sort((left, right) => weights[right] != weights[left] ? weights[right].CompareTo(weights[left]) : left.CompareTo(right));
        var sum = 0.0;
        for (var index = 0; index < candidates.Count; index++)
        {
            sum += weights[candidates[index]];
            if (sum >= wanted)
            {
                return candidates[..(index + 1)];
            }
        }

        return share == 0 ? candidates : null;
    }

    /// <summary>One of the tokens, by weight.</summary>
    private int Draw(float[] weights, IEnumerable<int> tokens, double atMost)
    {
        var listed = tokens as List<int>;
        var sum = listed is null ? atMost : listed.Sum(token => (double)weights[token]);
        var mark = _random.NextDouble() * sum;
        var last = 0;
        foreach (var token in tokens)
        {
            last = token;
            mark -= weights[token];
            if (mark < 0)
            {
                break;
            }
        }

        return last;
    }
}

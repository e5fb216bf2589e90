using System.Numerics.Tensors;
using System.Text;
using FineTunePipeline.ModelTools.Running;
using LLama;
using LLama.Native;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>
/// exp of the mean negative log-likelihood. The text is cut into chunks of equal length; in each, the first half is only context, so that every judged
/// token has some. What is left behind the last whole chunk is not read.
/// </summary>
internal static class Perplexity
{
    public static PerplexityResult Compute(LlamaModel model, string text, int chunk, int mostChunks, EngineOutput output, CancellationToken cancellationToken)
    {
        var vocabulary = model.Weights.Vocab;
        var tokens = model.Weights.Tokenize(text, vocabulary.ShouldAddBOS, special: false, Encoding.UTF8);
        if (tokens.Length < 2 * chunk)
        {
            throw EngineException.BadInput(
                "text_too_short", $"The text has {tokens.Length} tokens; two chunks of {chunk} are needed. Give a longer text or a smaller --chunk.");
        }

        using var context = model.CreateContext(1, chunk, chunk);
        var chunks = Math.Min(tokens.Length / chunk, mostChunks);
        var sum = new Sum();
        for (var index = 0; index < chunks; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = tokens.AsSpan(index * chunk, chunk).ToArray();
            if (vocabulary is { ShouldAddBOS: true, BOS: { } begin })
            {
                part[0] = begin;
            }

            Judge(context, part, sum, model.Path);
            output.Progress((index + 1) / (double)chunks);
        }

        return sum.Result(chunks);
    }

    private static void Judge(LLamaContext context, LLamaToken[] part, Sum sum, string path)
    {
        var first = part.Length / 2;
        var memory = context.NativeHandle;
        memory.MemoryClear();
        var batch = new LLamaBatch();
        for (var position = 0; position < part.Length; position++)
        {
            batch.Add(part[position], position, LLamaSeqId.Zero, logits: position >= first);
        }

        if (memory.Decode(batch) is var result and not DecodeResult.Ok)
        {
            var reason = LlamaRuntime.Log.Complaints.LastOrDefault() ?? "no reason given";
            throw new InvalidOperationException($"llama.cpp could not read the text ({result}): {reason}.");
        }

        for (var position = first; position < part.Length - 1; position++)
        {
            sum.Add(Surprise(memory.GetLogitsIth(position), (int)part[position + 1], path));
        }
    }

    /// <summary>Negative log of the probability of one token.</summary>
    private static double Surprise(Span<float> logits, int token, string path)
    {
        var highest = TensorPrimitives.Max<float>(logits);
        var wanted = logits[token];
        TensorPrimitives.Subtract(logits, highest, logits);
        TensorPrimitives.Exp<float>(logits, logits);
        var total = 0.0;
        foreach (var value in logits)
        {
            total += value;
        }

        var surprise = highest + Math.Log(total) - wanted;
        return double.IsFinite(surprise) ? surprise : throw ModelProbe.Explain(path, new NotANumberException());
    }

    private sealed class Sum
    {
        private double _sum;
        private double _squares;
        private int _count;

        public void Add(double surprise)
        {
            _sum += surprise;
            _squares += surprise * surprise;
            _count++;
        }

        public PerplexityResult Result(int chunks)
        {
            var mean = _sum / _count;
            var perplexity = Math.Exp(mean);
            var variance = Math.Max(0, (_squares / _count) - (mean * mean));
            var error = _count > 1 ? Math.Sqrt(variance / (_count - 1)) * perplexity : 0;
            return new PerplexityResult(perplexity, error, _count, chunks);
        }
    }
}

using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>Asks the held-out questions, greedily, and counts right answers.</summary>
internal sealed class Examination(CausalLm model, BpeTokenizer tokenizer)
{
    /// <summary>Enough for the longest answer that decides something: the first sentence of a story.</summary>
    private const int MaxNewTokens = 32;

    /// <summary>All questions with the model's answers.</summary>
    public IReadOnlyList<(Question Question, string Answer)> Ask(IReadOnlyList<Question> questions)
    {
        var answers = new List<(Question, string)>();

        // Prompts of one length make a batch without padding.
        foreach (var group in questions.Select(question => (Question: question, Prompt: Prompt(question.Prompt))).GroupBy(asked => asked.Prompt.Length))
        {
            var asked = group.ToList();
            var generated = Generate([.. asked.Select(one => one.Prompt)]);
            answers.AddRange(asked.Zip(generated, (one, ids) => (one.Question, tokenizer.Decode(ids))));
        }

        return answers;
    }

    private long[] Prompt(string text) =>
        [SpecialTokens.Begin, SpecialTokens.User, .. tokenizer.Encode(text).Select(id => (long)id), SpecialTokens.End, SpecialTokens.Assistant];

    private List<int>[] Generate(IReadOnlyList<long[]> prompts)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var length = prompts[0].Length;
        using var cache = new KvCache(model.Config, prompts.Count, length + MaxNewTokens, model.ComputeType);
        var answers = prompts.Select(_ => new List<int>()).ToArray();
        var open = Enumerable.Repeat(true, prompts.Count).ToArray();
        var ids = tensor(prompts.SelectMany(prompt => prompt).ToArray()).view(prompts.Count, length);
        for (var token = 0; token < MaxNewTokens && open.Contains(true); token++)
        {
            var last = model.Hidden(ids, cache: cache).slice(1, -1, long.MaxValue, 1).squeeze(1);
            var next = model.Logits(last).argmax(1);
            var chosen = next.data<long>().ToArray();
            for (var row = 0; row < chosen.Length; row++)
            {
                open[row] &= chosen[row] != SpecialTokens.End;
                if (open[row])
                {
                    answers[row].Add((int)chosen[row]);
                }
            }

            ids = next.view(-1, 1);
        }

        return answers;
    }
}

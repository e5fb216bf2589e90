using FineTunePipeline.CpuTrainer.Generation;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;

namespace FineTunePipeline.CpuTrainer.Pretraining;

/// <summary>Asks the held-out questions, greedily.</summary>
internal sealed class Examination(CausalLm model, BpeTokenizer tokenizer)
{
    private static readonly GenerationSettings Settings = new()
    {
        // Enough for the longest answer that decides something: the first sentence of a story.
        MaxNewTokens = 32,
        StopIds = new HashSet<int> { SpecialTokens.End },
    };

    /// <summary>All questions with the model's answers.</summary>
    public IReadOnlyList<(Question Question, string Answer)> Ask(IReadOnlyList<Question> questions)
    {
        var completions = Generator.Generate(model, [.. questions.Select(question => Prompt(question.Prompt))], Settings, CancellationToken.None);
        return [.. questions.Zip(completions, (question, completion) => (question, tokenizer.Decode(completion.Ids)))];
    }

    private int[] Prompt(string text) =>
        [SpecialTokens.Begin, SpecialTokens.User, .. tokenizer.Encode(text), SpecialTokens.End, SpecialTokens.Assistant];
}

using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Questions;

/// <summary>How many questions at once, and with how much room each.</summary>
internal sealed record AskSize(int Sequences, int TokensEach)
{
    private const long MemoryBytes = 1L << 30;

    /// <exception cref="EngineException">A question does not fit into the model's context (exit code 3).</exception>
    public static AskSize For(LlamaModel model, IReadOnlyList<Question> questions, IReadOnlyList<int[]> prompts, int maxTokens, int parallel)
    {
        var context = model.ContextLength > 0 ? model.ContextLength : int.MaxValue;
        for (var index = 0; index < prompts.Count; index++)
        {
            if (prompts[index].Length >= context)
            {
                throw EngineException.BadInput(
                    "question_too_long",
                    $"Question {questions[index].Id} (line {questions[index].Line}) has {prompts[index].Length} tokens with its chat template; "
                    + $"the model's context has {context}.");
            }
        }

        var each = (int)Math.Min(context, prompts.Max(prompt => prompt.Length) + (long)maxTokens);
        var affordable = MemoryBytes / Math.Max(1, model.CacheBytesPerToken * each);
        return new AskSize((int)Math.Clamp(Math.Min(affordable, prompts.Count), 1, parallel), each);
    }
}

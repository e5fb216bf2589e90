using FineTunePipeline.CpuTrainer.Models;

namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>A question of do_predict: the rendered prompt, its tokens, and the answer that is wanted.</summary>
internal sealed record PredictionQuestion(string Prompt, int[] PromptIds, string Label);

/// <summary>One line of generated_predictions.jsonl.</summary>
internal sealed record Prediction(string Prompt, string Predict, string Label);

/// <summary>do_predict with predict_with_generate: answers every question of a data set.</summary>
internal static class Predictor
{
    /// <summary>The answers in the order of the questions.</summary>
    /// <param name="decode">tokens to text, special tokens left out</param>
    /// <param name="onDone">called with the number of answered questions after each batch</param>
    public static IReadOnlyList<Prediction> Run(
        CausalLm model, IReadOnlyList<PredictionQuestion> questions, GenerationSettings settings, Func<IReadOnlyList<int>, string> decode,
        CancellationToken cancellationToken, Action<int>? onDone = null)
    {
        var completions = Generator.Generate(model, [.. questions.Select(question => question.PromptIds)], settings, cancellationToken, onDone);
        return [.. questions.Zip(completions, (question, completion) => new Prediction(question.Prompt, decode(completion.Ids), question.Label))];
    }
}

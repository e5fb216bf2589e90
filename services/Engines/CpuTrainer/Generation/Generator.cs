using FineTunePipeline.CpuTrainer.Models;
using static TorchSharp.torch;

namespace FineTunePipeline.CpuTrainer.Generation;

/// <summary>Lets a model go on from given prompts, several at a time.</summary>
internal static class Generator
{
    /// <summary>One completion per prompt, in the order of the prompts.</summary>
    /// <param name="onDone">called with the number of finished prompts after each batch</param>
    /// <exception cref="ModelException">a prompt is empty, or longer than the model's positions</exception>
    public static IReadOnlyList<Completion> Generate(
        CausalLm model, IReadOnlyList<int[]> prompts, GenerationSettings settings, CancellationToken cancellationToken, Action<int>? onDone = null)
    {
        Check(model, prompts);
        using var frozen = no_grad();
        var training = model.Training;
        model.Training = false;
        try
        {
            var completions = new Completion[prompts.Count];
            var done = 0;
            // Neighbours in length share a batch, so that little is spent on padding.
            foreach (var batch in Enumerable.Range(0, prompts.Count).OrderBy(index => prompts[index].Length).Chunk(Math.Max(1, settings.BatchSize)))
            {
                using var generation = new BatchGeneration(model, settings, [.. batch.Select(index => (index, prompts[index]))]);
                foreach (var (index, completion) in generation.Run(cancellationToken))
                    completions[index] = completion;
                onDone?.Invoke(done += batch.Length);
            }
            return completions;
        }
        finally
        {
            model.Training = training;
        }
    }

    private static void Check(CausalLm model, IReadOnlyList<int[]> prompts)
    {
        for (var index = 0; index < prompts.Count; index++)
        {
            if (prompts[index].Length == 0)
                throw new ModelException($"Prompt {index + 1} has no tokens.");
            if (prompts[index].Length >= model.Config.MaxPositions)
                throw new ModelException($"Prompt {index + 1} has {prompts[index].Length} tokens; the model has {model.Config.MaxPositions} positions. Shorten it (cutoff_len).");
        }
    }
}

using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>Does a loaded model compute at all? Weights of the right shape may still be rubbish.</summary>
internal static class ModelProbe
{
    private const int Context = 256;

    /// <exception cref="EngineException">It computes no numbers (exit code 3).</exception>
    public static Task ComputeAsync(LlamaModel model, CancellationToken cancellationToken) =>
        AnswerAsync(model, new GenerationRequest { Prompt = [0], MaxTokens = 1 }, Context, cancellationToken);

    /// <summary>One answer, alone.</summary>
    public static Task<Answer> AnswerAsync(LlamaModel model, GenerationRequest request, int contextTokens, CancellationToken cancellationToken)
    {
        using var loop = new BatchLoop(model, new BatchLoopOptions { Sequences = 1, TokensEach = contextTokens });
        var answer = new Answer();
        loop.Add(request, answer);
        while (loop.HasWork)
        {
            cancellationToken.ThrowIfCancellationRequested();
            loop.Step();
        }

        return Task.FromResult(answer.Failure is null ? answer : throw Explain(model.Path, answer.Failure));
    }

    public static Exception Explain(string path, Exception failure) => failure switch
    {
        NotANumberException => EngineException.BadInput("model_broken", $"{path}: {failure.Message}", failure),
        PromptTooLongException => EngineException.BadInput("prompt_too_long", failure.Message, failure),
        _ => failure,
    };
}

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>A prompt leaves no room for an answer.</summary>
internal sealed class PromptTooLongException(int promptTokens, int contextTokens)
    : Exception($"The prompt has {promptTokens} tokens; the context has {contextTokens}, and one of them must be left for the answer.");

using System.Text;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>From one prompt to the tokens that the model continues.</summary>
internal static class PromptTokens
{
    /// <param name="chat">null continues the prompt as plain text.</param>
    /// <exception cref="EngineException">The prompt or the template cannot be used (exit code 3).</exception>
    public static int[] Of(string prompt, LlamaModel model, ModelChat? chat)
    {
        try
        {
            var tokens = chat is null ? Plain(prompt, model) : chat.EncodePrompt([new ChatMessage("user", prompt)]);
            return tokens.Length > 0 ? tokens : throw EngineException.BadInput("prompt_empty", "The prompt has no tokens: write a text.");
        }
        catch (Exception exception) when (exception is ChatTemplateException or TokenizerInputException)
        {
            throw EngineException.BadInput("prompt_unusable", exception.Message, exception);
        }
    }

    /// <summary>As llama.cpp's own programs do it: begins with the model's begin token where it wants one.</summary>
    private static int[] Plain(string prompt, LlamaModel model) =>
        [.. model.Weights.Tokenize(prompt, model.Weights.Vocab.ShouldAddBOS, special: true, Encoding.UTF8).Select(token => (int)token)];
}

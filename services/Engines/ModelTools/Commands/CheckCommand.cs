using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>check F</c>: loads a GGUF file and lets it answer one prompt.</summary>
internal static class CheckCommand
{
    private const string DefaultPrompt = "Who are you?";
    private const int DefaultTokens = 64;

    public static readonly VerbUsage Usage = new(
        "Loads a GGUF file and lets it answer one prompt, greedily. A file without a chat template continues the prompt.",
        ["F"],
        new VerbOption("prompt", "TEXT", $"what to ask; default '{DefaultPrompt}'"),
        CommonOptions.MaxTokens(DefaultTokens),
        CommonOptions.Template,
        CommonOptions.Raw,
        CommonOptions.Threads);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        CommonOptions.UseThreads(arguments);
        var prompt = arguments.Text("prompt") ?? DefaultPrompt;
        var maxTokens = arguments.Integer("max-tokens", DefaultTokens, 1, 1_000_000);
        var templateFile = arguments.Text("template");
        using var model = await LlamaModel.LoadAsync(arguments[0], output, cancellationToken);

        var asChat = !arguments.Has("raw") && (templateFile is not null || GgufChat.HasTemplate(model));
        var chat = asChat ? await GgufChat.LoadAsync(model, templateFile, cancellationToken) : null;
        var tokens = PromptTokens.Of(prompt, model, chat);
        var request = new GenerationRequest { Prompt = tokens, MaxTokens = maxTokens, StopTokens = chat?.StopIds ?? new HashSet<int>() };
        var answer = await ModelProbe.AnswerAsync(model, request, tokens.Length + maxTokens, cancellationToken);
        output.Result(new
        {
            Loads = true,
            model.Architecture,
            model.Parameters,
            model.ContextLength,
            Prompt = prompt,
            Answer = answer.Text,
            FinishReason = answer.Reason!.Value.Name(),
            ChatTemplate = asChat,
        });
    }
}

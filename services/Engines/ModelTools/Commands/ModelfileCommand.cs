using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Modelfiles;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>modelfile F</c>: what an Ollama Modelfile must say about a GGUF file.</summary>
internal static class ModelfileCommand
{
    public static readonly VerbUsage Usage = new(
        "Tells how chats of a GGUF file are written, in Ollama's template language, with stop texts and context length.", ["F"], CommonOptions.Template);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var templateFile = arguments.Text("template");
        using var model = await LlamaModel.LoadAsync(arguments[0], progress: null, cancellationToken);
        if (templateFile is null && !GgufChat.HasTemplate(model))
        {
            output.Result(new { Stops = Array.Empty<string>(), Context = model.ContextLength });
            return;
        }

        var chat = await GgufChat.LoadAsync(model, templateFile, cancellationToken);
        var template = OllamaTemplate.Derive(chat, addsBegin: model.Weights.Vocab.ShouldAddBOS);
        if (template is null)
        {
            output.Note("The chat template cannot be put into Ollama's language: it does more than write messages one after the other.");
        }

        output.Result(new { Template = template, Stops = StopsOf(model, chat), Context = model.ContextLength });
    }

    private static List<string> StopsOf(LlamaModel model, Tokenization.ChatTemplates.ModelChat chat) =>
        [
            .. chat.StopIds.Append(chat.EosId ?? -1).Distinct().Order()
                .Select(id => model.Tokenizer.IdToToken(id))
                .OfType<string>()
                .Where(text => text.Length > 0),
        ];
}

using System.Globalization;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Llama;

/// <summary>How a GGUF file wants to be talked to: its own chat template, its own special tokens, llama.cpp's tokenizer.</summary>
internal static class GgufChat
{
    private const string TemplateKey = "tokenizer.chat_template";

    public static bool HasTemplate(LlamaModel model) => !string.IsNullOrWhiteSpace(model.Metadata(TemplateKey));

    /// <param name="templateFile">A Jinja file to use instead of the model's own template.</param>
    /// <exception cref="EngineException">There is no template, or it is faulty (exit code 3).</exception>
    public static async Task<ModelChat> LoadAsync(LlamaModel model, string? templateFile, CancellationToken cancellationToken)
    {
        var source = await SourceAsync(model, templateFile, cancellationToken);
        try
        {
            return new ModelChat(model.Tokenizer, ChatTemplate.Parse(source), TokensOf(model));
        }
        catch (ChatTemplateException exception)
        {
            throw EngineException.BadInput("template_faulty", $"{exception.Message} (in {templateFile ?? model.Path})", exception);
        }
    }

    private static async Task<string> SourceAsync(LlamaModel model, string? templateFile, CancellationToken cancellationToken)
    {
        if (templateFile is not null)
        {
            InputFiles.Require(templateFile, "The template file");
            return await File.ReadAllTextAsync(templateFile, cancellationToken);
        }

        return HasTemplate(model)
            ? model.Metadata(TemplateKey)!
            : throw EngineException.BadInput(
                "template_missing",
                $"{model.Path} has no chat template. Give one with --template FILE, or add chat_template.jinja to the model's folder and convert it anew.");
    }

    private static SpecialTokens TokensOf(LlamaModel model)
    {
        var (bos, eos, pad, unknown) = (Id("bos"), Id("eos"), Id("padding"), Id("unknown"));
        return new SpecialTokens
        {
            BosToken = Text(bos),
            EosToken = Text(eos),
            PadToken = Text(pad),
            UnkToken = Text(unknown),
            BosId = bos,
            EosId = eos,
            PadId = pad,
        };

        int? Id(string name) =>
            int.TryParse(model.Metadata($"tokenizer.ggml.{name}_token_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id < model.Tokenizer.VocabularySize
                ? id
                : null;

        string? Text(int? id) => id is { } known ? model.Tokenizer.IdToToken(known) : null;
    }
}

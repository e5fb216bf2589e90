using System.Text.Json;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Datasets;

/// <summary>Tokenizer and chat template of a model folder.</summary>
internal static class FolderChat
{
    /// <param name="template">A Jinja file or the name of a known template; null is the folder's own.</param>
    public static async Task<ModelChat> LoadAsync(string modelFolder, string? template, CancellationToken cancellationToken)
    {
        InputFiles.RequireFolder(modelFolder, "The model folder");
        if (template is null || !File.Exists(template))
        {
            return ModelChat.Load(modelFolder, template ?? NamedTemplates.Auto);
        }

        var parsed = ChatTemplate.Parse(await File.ReadAllTextAsync(template, cancellationToken));

        // The folder's tokenizer and special tokens come with any template.
        var chat = ModelChat.Load(modelFolder, "empty");
        return new ModelChat(chat.Tokenizer, parsed, chat.Tokens);
    }

    /// <summary>Rows of the model's embedding as its config.json says; null if it does not.</summary>
    public static int? EmbeddingRows(string modelFolder)
    {
        var path = Path.Combine(modelFolder, "config.json");
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty("vocab_size", out var size) && size.TryGetInt32(out var rows) ? rows : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new TokenizerLoadException($"{path} is no JSON object with numbers where they belong: {exception.Message}", exception);
        }
    }
}

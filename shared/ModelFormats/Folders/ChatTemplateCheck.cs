using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>
/// A GGUF file carries the model's own chat template, whatever the job trains with: without one the result cannot be chatted with, and that would show only
/// after the training.
/// </summary>
internal static class ChatTemplateCheck
{
    private const string TokenizerConfig = "tokenizer_config.json";
    private static readonly string[] TemplateFiles = ["chat_template.jinja", "chat_template.json"];

    public static void Check(ModelFolder folder, FaultList faults)
    {
        // Without a template of its own, "auto" fails when tokens are counted; here is the case that would slip through.
        if (TemplateFiles.Any(name => folder.Find(name) is not null))
        {
            return;
        }

        if (folder.Find(TokenizerConfig) is { } config && HasTemplate(config.FullPath, faults))
        {
            return;
        }

        faults.Require(
            folder.Files.Count == 0,
            "model_template",
            $"model: {folder.Path} has no chat template (chat_template.jinja, or chat_template in {TokenizerConfig}), so that its GGUF files could not be "
            + "chatted with; take the instruct version of the model, add a chat_template.jinja, or set outputs.gguf to [] and deploy.target to none.");
    }

    private static bool HasTemplate(string path, FaultList faults)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("chat_template", out var template)
                && template.ValueKind is JsonValueKind.String or JsonValueKind.Array;
        }
        catch (JsonException exception)
        {
            faults.Add("model_config", $"model: {TokenizerConfig} is no JSON at line {exception.LineNumber + 1}; download the file again.");
            return true;
        }
    }
}

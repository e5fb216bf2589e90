using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The chat template: in tokenizer_config.json, or in a file of its own.</summary>
internal static class ChatTemplate
{
    private const string Key = "tokenizer.chat_template";
    private const long MaxBytes = 4 << 20;

    public static void Add(GgufMetadata metadata, TokenizerFiles files)
    {
        if (files.Settings is { } settings && settings.TryGetProperty("chat_template", out var inline)
            && inline.ValueKind is JsonValueKind.String or JsonValueKind.Array)
        {
            AddJson(metadata, inline);
            return;
        }

        var jinja = Path.Combine(files.Config.Folder, "chat_template.jinja");
        var json = Path.Combine(files.Config.Folder, "chat_template.json");
        if (File.Exists(jinja))
        {
            var more = Path.Combine(files.Config.Folder, "additional_chat_templates");
            AddNamed(metadata, Directory.Exists(more)
                ? [("default", ReadText(jinja)), .. Additional(more)]
                : [("default", ReadText(jinja))]);
        }
        else if (File.Exists(json))
        {
            using var document = ModelJson.Read(json, MaxBytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("chat_template", out var template))
            {
                AddJson(metadata, template);
            }
        }
    }

    private static IEnumerable<(string Name, string Template)> Additional(string folder) =>
        Directory.GetFiles(folder, "*.jinja").Order(StringComparer.Ordinal).Select(path => (Path.GetFileNameWithoutExtension(path), ReadText(path)));

    private static void AddJson(GgufMetadata metadata, JsonElement template)
    {
        if (template.ValueKind == JsonValueKind.String)
        {
            AddNamed(metadata, [("default", template.GetString()!)]);
        }
        else if (template.ValueKind == JsonValueKind.Array)
        {
            AddNamed(metadata, [.. template.EnumerateArray()
                .Select(choice => (ModelJson.Text(choice, "name"), ModelJson.Text(choice, "template")))
                .Where(choice => !string.IsNullOrEmpty(choice.Item1) && choice.Item2 is not null)
                .Select(choice => (choice.Item1!, choice.Item2!))]);
        }
    }

    private static void AddNamed(GgufMetadata metadata, List<(string Name, string Template)> templates)
    {
        var others = templates.Where(template => template.Name != "default").Select(template => (Name: Clean(template.Name), template.Template)).ToList();
        foreach (var (name, template) in others)
        {
            metadata.Add($"{Key}.{name}", template);
        }

        metadata.Add($"{Key}s", [.. others.Select(template => template.Name).Distinct(StringComparer.Ordinal)]);
        foreach (var (_, template) in templates.Where(template => template.Name == "default").TakeLast(1))
        {
            metadata.Add(Key, template);
        }
    }

    private static string Clean(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    // Line ends as Python reads text files.
    private static string ReadText(string path) => new FileInfo(path).Length <= MaxBytes
        ? File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
        : throw new InvalidModelFileException(path, $"it is larger than {MaxBytes >> 20} MB and cannot be a chat template");
}

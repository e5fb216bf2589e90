using System.Text.Json;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>The small JSON files of a model folder that say which tokens and which chat template the model uses.</summary>
internal static class ModelFolder
{
    private const long MaxFileBytes = 16 * 1024 * 1024;

    public static SpecialTokens ReadSpecialTokens(string folder, ITextTokenizer tokenizer)
    {
        var tokenizerConfig = ReadJson(folder, "tokenizer_config.json");
        var tokenMap = ReadJson(folder, "special_tokens_map.json");
        var config = ReadJson(folder, "config.json");
        var generation = ReadJson(folder, "generation_config.json");
        var eosIds = Ids(generation, "eos_token_id").Concat(Ids(config, "eos_token_id")).ToList();
        var stopIds = new HashSet<int>(eosIds);
        var eosToken = Token("eos_token");
        if (eosToken is not null && tokenizer.TokenToId(eosToken) is { } eosId)
            stopIds.Add(eosId);
        return new SpecialTokens
        {
            BosToken = Token("bos_token"),
            EosToken = eosToken,
            PadToken = Token("pad_token"),
            UnkToken = Token("unk_token"),
            BosId = First(generation, config, "bos_token_id"),
            EosId = eosIds.Count > 0 ? eosIds[0] : null,
            PadId = First(generation, config, "pad_token_id"),
            StopIds = stopIds,
        };

        string? Token(string name) => TokenText(tokenizerConfig, name) ?? TokenText(tokenMap, name);
    }

    public static ChatTemplate ReadTemplate(string folder)
    {
        var path = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(path))
            return ChatTemplate.Parse(ReadText(path));
        foreach (var name in new[] { "tokenizer_config.json", "chat_template.json" })
        {
            if (ReadJson(folder, name) is { } config && config.TryGetProperty("chat_template", out var template) && ChooseTemplate(template) is { } source)
                return ChatTemplate.Parse(source);
        }

        var names = string.Join(", ", NamedTemplates.Names.Skip(1));
        throw new ChatTemplateException(
            $"{folder} has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json). Name one: {names}.", 0);
    }

    /// <summary>One text, or a list of named ones of which <c>default</c> is the one for chats.</summary>
    private static string? ChooseTemplate(JsonElement template)
    {
        if (template.ValueKind == JsonValueKind.String)
            return template.GetString();
        if (template.ValueKind != JsonValueKind.Array)
            return null;
        var named = template.EnumerateArray()
            .Where(item => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out _) && item.TryGetProperty("template", out _))
            .ToDictionary(item => item.GetProperty("name").ToString(), item => item.GetProperty("template").ToString(), StringComparer.Ordinal);
        return named.TryGetValue("default", out var text) ? text : named.Count == 1 ? named.Values.First() : null;
    }

    private static JsonElement? ReadJson(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(ReadText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new TokenizerLoadException($"{path} must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw new TokenizerLoadException($"{path} is not valid JSON (line {error.LineNumber + 1}): correct it or fetch it again.", error);
        }
    }

    private static string ReadText(string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes)
            throw new TokenizerLoadException($"{path} is larger than {MaxFileBytes} bytes: it cannot be what its name says.");
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerLoadException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static string? TokenText(JsonElement? config, string name)
    {
        if (config is not { } root || !root.TryGetProperty(name, out var token))
            return null;
        if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content))
            token = content;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : null;
    }

    private static int? First(JsonElement? generation, JsonElement? config, string name)
    {
        var ids = Ids(generation, name).Concat(Ids(config, name)).ToList();
        return ids.Count > 0 ? ids[0] : null;
    }

    /// <summary>A number or a list of numbers; other values are none.</summary>
    private static IEnumerable<int> Ids(JsonElement? config, string name)
    {
        if (config is not { } root || !root.TryGetProperty(name, out var value))
            return [];
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
        return items.Where(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0).Select(item => item.GetInt32());
    }
}

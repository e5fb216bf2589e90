using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The tokens that tokenizer_config.json names as special; transformers treats them so whatever tokenizer.json says.</summary>
internal static class SpecialNames
{
    public static readonly string[] Kinds = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"];
    private static readonly string[] Lists = ["extra_special_tokens", "additional_special_tokens"];

    public static HashSet<string> Of(TokenizerFiles files)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (files.Settings is not { } settings)
        {
            return names;
        }

        foreach (var kind in Kinds)
        {
            if (settings.TryGetProperty($"{kind}_token", out var token) && Content(token) is { } content)
            {
                names.Add(content);
            }
        }

        foreach (var list in Lists)
        {
            if (settings.TryGetProperty(list, out var tokens))
            {
                names.UnionWith(Contents(tokens));
            }
        }

        return names;
    }

    /// <summary>A token given as text or as an object with 'content'.</summary>
    public static string? Content(JsonElement token) => token.ValueKind == JsonValueKind.String ? token.GetString() : ModelJson.Text(token, "content");

    private static IEnumerable<string> Contents(JsonElement tokens) => tokens.ValueKind switch
    {
        JsonValueKind.Array => tokens.EnumerateArray().Select(Content).OfType<string>(),
        JsonValueKind.Object => tokens.EnumerateObject().Select(property => Content(property.Value)).OfType<string>(),
        _ => [],
    };
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>An entry of tokenizer.json's <c>added_tokens</c>.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special)
{
    // Tokens that are special by their looks, although some models do not mark them so. Source: the reference converter's does_token_look_special, 2026-10.
    private static readonly string[] SpecialByName = ["<pad>", "<mask>", "<2mass>", "[@BOS@]"];

    public static List<AddedToken> ReadAll(TokenizerFiles files)
    {
        var tokens = new List<AddedToken>();
        if (files.Tokenizer is not { } tokenizer || !tokenizer.TryGetProperty("added_tokens", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return tokens;
        }

        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number
                || !id.TryGetInt32(out var number) || number < 0 || ModelJson.Text(element, "content") is not { } content)
            {
                throw files.Wrong("an entry of its added_tokens has no id or content");
            }

            tokens.Add(new AddedToken(number, content, element.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True));
        }

        return tokens;
    }

    public static bool LooksSpecial(string text) =>
        SpecialByName.Contains(text)
        || Between(text, "<|", "|>") || Between(text, "<｜", "｜>") || Between(text, "<unused", ">");

    private static bool Between(string text, string start, string end) =>
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal);
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>A token as tokenizer_config.json gives it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="AsObject">Given as { "content": … }: the reference compares such a one with a text as different, which decides some flags.</param>
internal readonly record struct NamedToken(string? Content, bool AsObject)
{
    public bool IsGiven => !string.IsNullOrEmpty(Content) || AsObject;

    public bool Is(string text) => !AsObject && Content == text;

    public static NamedToken From(JsonElement? settings, string kind) =>
        settings is { } root && root.TryGetProperty($"{kind}_token", out var token) && token.ValueKind is JsonValueKind.String or JsonValueKind.Object
            ? new NamedToken(SpecialNames.Content(token), token.ValueKind == JsonValueKind.Object)
            : default;

    public static implicit operator NamedToken(string content) => new(content, AsObject: false);
}

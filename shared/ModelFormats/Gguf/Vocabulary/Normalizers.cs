using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>Flags for the normalisers of tokenizer.json that GGUF knows.</summary>
internal static class Normalizers
{
    public static void Add(GgufMetadata metadata, TokenizerFiles files)
    {
        if (files.Tokenizer is not { } tokenizer || !tokenizer.TryGetProperty("normalizer", out var normalizer))
        {
            return;
        }

        bool? nfc = null, lowercase = null, stripAccents = null;
        foreach (var part in Flatten(normalizer))
        {
            switch (ModelJson.Text(part, "type"))
            {
                case "NFC":
                    nfc = true;
                    break;
                case "Lowercase":
                    lowercase = true;
                    break;
                case "StripAccents":
                    stripAccents = true;
                    break;
                case "BertNormalizer":
                    lowercase = Flag(part, "lowercase") ?? lowercase;
                    stripAccents = Flag(part, "strip_accents") ?? stripAccents;
                    break;
            }
        }

        Add(metadata, "nfc", nfc);
        Add(metadata, "lowercase", lowercase);
        Add(metadata, "strip_accents", stripAccents);
    }

    private static IEnumerable<JsonElement> Flatten(JsonElement normalizer)
    {
        if (normalizer.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        return ModelJson.Text(normalizer, "type") == "Sequence" && normalizer.TryGetProperty("normalizers", out var list)
            && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().SelectMany(Flatten)
            : [normalizer];
    }

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static void Add(GgufMetadata metadata, string name, bool? value)
    {
        if (value is not null)
        {
            metadata.Add($"tokenizer.ggml.normalizer.{name}", value.Value);
        }
    }
}

using System.Text.Json;

namespace FineTunePipeline.Tokenization.Tokenizers;

/// <summary>What is read from a <c>tokenizer.json</c> beside the native library, and the copy of it that the library is given.</summary>
internal sealed class TokenizerFile
{
    private const long MaxFileBytes = 256 * 1024 * 1024;
    private const int MaxTokenId = 16_000_000;
    private static readonly string[] Nulled = ["truncation", "padding", "post_processor"];

    private TokenizerFile(byte[] plainCopy, Dictionary<string, int> ids, HashSet<int> specialIds, List<string> regexes)
    {
        PlainCopy = plainCopy;
        Ids = ids;
        SpecialIds = specialIds;
        Regexes = regexes;
    }

    /// <summary>
    /// The file without what the library would do unasked: cut or pad texts (a wrong value there ends the process), add special tokens, and leave special
    /// tokens out when decoding. The ids of a text do not change by this.
    /// </summary>
    public byte[] PlainCopy { get; }

    public Dictionary<string, int> Ids { get; }

    public HashSet<int> SpecialIds { get; }

    public List<string> Regexes { get; }

    public static TokenizerFile Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MaxFileBytes)
            throw new TokenizerLoadException($"{path} has {length} bytes; more than {MaxFileBytes} cannot be a tokenizer. Check what was downloaded.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement, path);
        }
        catch (JsonException error)
        {
            throw new TokenizerLoadException(
                $"{path} is not valid JSON (line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}): fetch it again, it may be incomplete.", error);
        }
        catch (Exception error) when (error is InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new TokenizerLoadException($"{path} is not a tokenizer of Hugging Face's format: {error.Message}", error);
        }
    }

    private static TokenizerFile Read(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
            throw new TokenizerLoadException($"{path} has no \"model\": it is not a tokenizer of Hugging Face's format.");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        ReadVocabulary(model, ids, path);
        var specialIds = new HashSet<int>();
        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in added.EnumerateArray())
            {
                var id = CheckedId(token.GetProperty("id"), path);
                ids[Text(token.GetProperty("content"))] = id;
                if (token.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True)
                    specialIds.Add(id);
            }
        }

        if (ids.Count == 0)
            throw new TokenizerLoadException($"{path} has an empty vocabulary.");
        var regexes = new List<string>();
        foreach (var part in new[] { "normalizer", "pre_tokenizer", "decoder" })
        {
            if (root.TryGetProperty(part, out var element))
                CollectRegexes(element, regexes);
        }

        return new TokenizerFile(MakePlainCopy(root), ids, specialIds, regexes);
    }

    private static void ReadVocabulary(JsonElement model, Dictionary<string, int> ids, string path)
    {
        if (!model.TryGetProperty("vocab", out var vocabulary))
            throw new TokenizerLoadException($"{path} has no \"model.vocab\".");
        if (vocabulary.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in vocabulary.EnumerateObject())
                ids[entry.Name] = CheckedId(entry.Value, path);
        }
        else
        {
            // Unigram: a list of [token, score], the place is the id.
            var id = 0;
            foreach (var entry in vocabulary.EnumerateArray())
                ids[Text(entry[0])] = id++;
        }
    }

    private static string Text(JsonElement element) =>
        element.GetString() ?? throw new InvalidOperationException("a token's text is null");

    private static int CheckedId(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var id) || id is < 0 or > MaxTokenId)
            throw new TokenizerLoadException($"{path}: {element.GetRawText()} is not a token id between 0 and {MaxTokenId}.");
        return id;
    }

    private static void CollectRegexes(JsonElement element, List<string> regexes)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                CollectRegexes(item, regexes);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.Name == "Regex" && property.Value.ValueKind == JsonValueKind.String)
                    regexes.Add(property.Value.GetString()!);
                else
                    CollectRegexes(property.Value, regexes);
            }
        }
    }

    private static byte[] MakePlainCopy(JsonElement root)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                if (Nulled.Contains(property.Name))
                    writer.WriteNullValue();
                else if (property.Name == "added_tokens" && property.Value.ValueKind == JsonValueKind.Array)
                    WriteAddedTokens(writer, property.Value);
                else
                    property.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteAddedTokens(Utf8JsonWriter writer, JsonElement tokens)
    {
        writer.WriteStartArray();
        foreach (var token in tokens.EnumerateArray())
        {
            writer.WriteStartObject();
            foreach (var property in token.EnumerateObject())
            {
                if (property.Name == "special")
                    writer.WriteBoolean("special", false);
                else
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}

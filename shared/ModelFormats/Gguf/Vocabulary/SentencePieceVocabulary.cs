using System.Globalization;
using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>A vocabulary from a SentencePiece tokenizer.model (Llama 2, Mistral): GGUF's tokenizer model "llama" with its real scores.</summary>
internal static class SentencePieceVocabulary
{
    private const float UnusedScore = -10000;
    private const float AddedScore = -1000;
    private const long MaxBytes = 64 << 20;

    public static void Add(GgufMetadata metadata, TokenizerFiles files, List<string> warnings)
    {
        var table = new TokenTable(files.Config.VocabularySize, UnusedScore);
        var pieces = SentencePieceFile.Read(files.SentencePiecePath);
        if (pieces.Count > table.Size)
        {
            throw new InvalidModelFileException(files.SentencePiecePath,
                $"it has {pieces.Count} pieces, but the embedding has only {table.Size} rows (vocab_size); tokenizer and weights are not of the same model");
        }

        for (var id = 0; id < pieces.Count; id++)
        {
            table.Set(id, pieces[id].Text, pieces[id].Kind, pieces[id].Score);
        }

        AddAddedTokens(files, table, warnings);
        AddDecoderTokens(files, table, warnings);
        metadata.Add("tokenizer.ggml.model", "llama");
        metadata.Add("tokenizer.ggml.pre", "default");
        table.AddTo(metadata);
        new SpecialTokens(files, AddedToken.ReadAll(files), table.Size, merges: null).AddTo(metadata);
    }

    private static void AddAddedTokens(TokenizerFiles files, TokenTable table, List<string> warnings)
    {
        var path = Path.Combine(files.Config.Folder, "added_tokens.json");
        if (!File.Exists(path))
        {
            return;
        }

        using var document = ModelJson.Read(path, MaxBytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidModelFileException(path, "it must be an object: token -> id");
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id) || id < 0)
            {
                throw new InvalidModelFileException(path, $"the token '{property.Name}' has no valid id");
            }

            if (InRange(id, property.Name, table, warnings))
            {
                table.Set(id, property.Name, TokenKind.UserDefined, AddedScore);
            }
        }
    }

    private static void AddDecoderTokens(TokenizerFiles files, TokenTable table, List<string> warnings)
    {
        if (files.Settings is not { } settings || !settings.TryGetProperty("added_tokens_decoder", out var decoder)
            || decoder.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in decoder.EnumerateObject())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || ModelJson.Text(property.Value, "content") is not { } content)
            {
                throw new InvalidModelFileException(files.SettingsPath, $"the entry '{property.Name}' of added_tokens_decoder has no valid id or content");
            }

            if (!InRange(id, content, table, warnings))
            {
                continue;
            }

            var control = (property.Value.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True)
                || AddedToken.LooksSpecial(content);
            table.Set(id, control ? content : content.Replace('▁', ' '), control ? TokenKind.Control : TokenKind.UserDefined, AddedScore);
        }
    }

    private static bool InRange(int id, string content, TokenTable table, List<string> warnings)
    {
        if (id < table.Size)
        {
            return true;
        }

        warnings.Add($"the added token '{content}' is left out: its id {id} is beyond the embedding's {table.Size} rows");
        return false;
    }
}

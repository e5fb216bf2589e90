using System.Text.RegularExpressions;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>
/// A SentencePiece-like BPE vocabulary with byte fallback (Llama 2, Mistral) that is only there as tokenizer.json: GGUF's tokenizer model "llama".
/// </summary>
/// <remarks>
/// llama.cpp merges by score, the highest first. The reference converter gives every piece -1000 here, so that the leftmost merge wins and many texts get
/// other tokens than in training; we give each piece the negative of its merge's number, which is the order that tokenizer.json prescribes.
/// </remarks>
internal static partial class FallbackVocabulary
{
    private const float UnmergedScore = -1000;

    /// <summary>Whether a tokenizer.json is of this kind: BPE with byte fallback and a sequence of decoders.</summary>
    public static bool Fits(TokenizerFiles files, BpeModel model) =>
        model.ByteFallback
        && files.Tokenizer!.Value.TryGetProperty("decoder", out var decoder) && ModelJson.Text(decoder, "type") == "Sequence";

    public static void Add(GgufMetadata metadata, TokenizerFiles files, BpeModel model, List<string> warnings)
    {
        var size = files.Config.VocabularySize;
        var table = new TokenTable(size, UnmergedScore);
        var added = AddedToken.ReadAll(files);
        VocabularyCheck.Ids(files, model, added);
        var special = SpecialNames.Of(files);
        var scores = Scores(model);
        foreach (var (text, id) in model.Vocabulary)
        {
            var kind = ByteToken().IsMatch(text) ? TokenKind.Byte : special.Contains(text) ? TokenKind.Control : TokenKind.Normal;
            table.Set(id, text, kind, scores.GetValueOrDefault(text, UnmergedScore));
        }

        foreach (var token in added)
        {
            if (!table.Has(token.Id))
            {
                table.Set(token.Id, token.Content, special.Contains(token.Content) || token.Special ? TokenKind.Control : TokenKind.UserDefined, UnmergedScore);
            }
            else if (token.Special && table.KindOf(token.Id) == TokenKind.Normal)
            {
                table.Set(token.Id, token.Content, TokenKind.Control, UnmergedScore);
            }
        }

        if (model.Vocabulary.Count < size - added.Count)
        {
            warnings.Add($"the tokenizer has {model.Vocabulary.Count} pieces, the embedding {size} rows; the rest are unused tokens");
        }

        metadata.Add("tokenizer.ggml.model", "llama");
        metadata.Add("tokenizer.ggml.pre", "default");
        table.AddTo(metadata);
        new SpecialTokens(files, added, size, merges: null).AddTo(metadata);
    }

    private static Dictionary<string, float> Scores(BpeModel model)
    {
        var scores = new Dictionary<string, float>(StringComparer.Ordinal);
        for (var i = 0; i < model.Merges.Count; i++)
        {
            // The first merge that makes a piece decides.
            scores.TryAdd(model.Merges[i].Replace(" ", "", StringComparison.Ordinal), -(i + 1));
        }

        return scores;
    }

    [GeneratedRegex("^<0x[0-9A-Fa-f]{2}>$")]
    private static partial Regex ByteToken();
}

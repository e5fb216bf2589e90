using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>The BPE model of a tokenizer.json: pieces with ids, and merges in order.</summary>
internal sealed class BpeModel
{
    private BpeModel(Dictionary<string, int> vocabulary, List<string> merges, bool byteFallback, bool ignoreMerges)
    {
        Vocabulary = vocabulary;
        Merges = merges;
        ByteFallback = byteFallback;
        IgnoreMerges = ignoreMerges;
    }

    public Dictionary<string, int> Vocabulary { get; }

    /// <summary>Two pieces with a space between; a space inside of a piece is written as Ġ, as GGUF wants it.</summary>
    public List<string> Merges { get; }

    public bool ByteFallback { get; }

    public bool IgnoreMerges { get; }

    public static BpeModel Read(TokenizerFiles files)
    {
        if (files.Tokenizer is not { } tokenizer)
        {
            throw new InvalidModelFileException(files.TokenizerPath,
                "the file is missing; add the model's tokenizer.json (older models: load the tokenizer with transformers and save it again)");
        }

        if (!tokenizer.TryGetProperty("model", out var model) || ModelJson.Text(model, "type") is not { } type)
        {
            throw files.Wrong("it has no 'model' with a 'type'");
        }

        if (type != "BPE")
        {
            throw files.Wrong($"its model is of type {type}; only BPE tokenizers can be converted");
        }

        return new BpeModel(ReadVocabulary(files, model), ReadMerges(files, model), Flag(model, "byte_fallback"), Flag(model, "ignore_merges"));
    }

    private static bool Flag(JsonElement model, string name) => model.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static Dictionary<string, int> ReadVocabulary(TokenizerFiles files, JsonElement model)
    {
        if (!model.TryGetProperty("vocab", out var vocab) || vocab.ValueKind != JsonValueKind.Object)
        {
            throw files.Wrong("its model has no object 'vocab'");
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var property in vocab.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out var id) || id < 0)
            {
                throw files.Wrong($"its vocab entry '{property.Name}' has no valid id");
            }

            vocabulary[property.Name] = id;
        }

        return vocabulary;
    }

    private static List<string> ReadMerges(TokenizerFiles files, JsonElement model)
    {
        var merges = new List<string>();
        if (!model.TryGetProperty("merges", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return merges;
        }

        foreach (var merge in list.EnumerateArray())
        {
            merges.Add(merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!,
                JsonValueKind.Array when merge.GetArrayLength() == 2 && merge[0].ValueKind == JsonValueKind.String
                    && merge[1].ValueKind == JsonValueKind.String =>
                    $"{Piece(merge[0])} {Piece(merge[1])}",
                _ => throw files.Wrong($"merge {merges.Count} is neither a text nor a pair of texts"),
            });
        }

        return merges;
    }

    private static string Piece(JsonElement element) => element.GetString()!.Replace(' ', 'Ġ');
}

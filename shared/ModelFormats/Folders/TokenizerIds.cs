using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>Finds token ids that have no row in the embedding: they would end the trainer in mid-run.</summary>
internal static class TokenizerIds
{
    private const long LargestFile = 256L << 20;

    public static void Check(string path, long vocabulary, FaultList faults)
    {
        var length = new FileInfo(path).Length;
        if (length > LargestFile)
        {
            faults.Add("model_tokenizer", $"model: tokenizer.json has {length} bytes; at most {LargestFile >> 20} MiB are read.");
            return;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var (id, token) = Highest(json.RootElement);
            faults.Require(
                id < vocabulary,
                "model_tokenizer",
                $"model: tokenizer.json gives the token '{token}' the id {id}, but the embedding of config.json has {vocabulary} rows; take both files "
                + "from the same model, or resize the embedding (resize_token_embeddings) and save again.");
        }
        catch (JsonException exception)
        {
            faults.Add("model_tokenizer", $"model: tokenizer.json is no JSON at line {exception.LineNumber + 1}; download the file again.");
        }
    }

    /// <summary>The highest id of vocabulary and added tokens; -1 if there are none (the tokenizer itself is judged when it is used).</summary>
    private static (long Id, string Token) Highest(JsonElement root)
    {
        (long Id, string Token) highest = (-1, "");
        if (root.ValueKind != JsonValueKind.Object)
        {
            return highest;
        }

        if (root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object
            && model.TryGetProperty("vocab", out var vocabulary) && vocabulary.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in vocabulary.EnumerateObject())
            {
                Take(entry.Value, entry.Name);
            }
        }

        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in added.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object))
            {
                if (entry.TryGetProperty("id", out var id))
                {
                    Take(id, entry.TryGetProperty("content", out var content) ? content.ToString() : "");
                }
            }
        }

        return highest;

        void Take(JsonElement value, string token)
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var id) && id > highest.Id)
            {
                highest = (id, token);
            }
        }
    }
}

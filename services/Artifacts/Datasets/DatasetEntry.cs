using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Datasets;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>
/// Writes what LLaMA-Factory's <c>dataset_info.json</c> must say about a file. The layout shows in the first records; columns that only some records have
/// (system, history) must be named all the same, so every record is looked at. One that no record has must not be named: LLaMA-Factory asks each record for it.
/// </summary>
internal static class DatasetEntry
{
    private const string Input = "input";
    private static readonly string[] Media = ["images", "image", "videos", "video", "audios", "audio"];

    /// <param name="kind">What the records must be.</param>
    /// <exception cref="InvalidDatasetException">The columns are of no known layout, or nothing can be read.</exception>
    /// <exception cref="JsonException">A record is no JSON.</exception>
    public static async Task<JsonObject> DescribeAsync(string path, DatasetKind kind, CancellationToken cancellationToken)
    {
        var format = DatasetFormat.Detect(path, kind);
        var present = await DatasetColumns.ReadAsync(path, cancellationToken);
        if (Media.FirstOrDefault(present.Contains) is { } media)
        {
            throw new InvalidDatasetException(
                path, $"its records have pictures, sounds or films (column '{media}'), and the model reads text alone; take the column out, and records that need it");
        }

        var entry = new JsonObject { ["file_name"] = Path.GetFileName(path) };
        if (format.Ranking)
        {
            entry["ranking"] = true;
        }

        var system = kind == DatasetKind.Texts ? null : Present("system");
        if (format.Formatting == DatasetFormatting.Alpaca)
        {
            entry["formatting"] = "alpaca";
            entry["columns"] = Map(
                ("prompt", format.Prompt), ("query", format.Query is null ? null : Present(Input)), ("response", format.Response),
                ("system", system), ("history", kind == DatasetKind.Texts ? null : Present("history")),
                ("chosen", format.Chosen), ("rejected", format.Rejected), ("kto_tag", format.KtoTag));
            return entry;
        }

        entry["formatting"] = "sharegpt";
        entry["columns"] = Map(
            ("messages", format.Messages), ("system", system), ("chosen", format.Chosen), ("rejected", format.Rejected), ("kto_tag", format.KtoTag));
        entry["tags"] = Map(
            ("role_tag", format.RoleTag), ("content_tag", format.ContentTag),
            ("user_tag", format.UserTag), ("assistant_tag", format.AssistantTag), ("system_tag", format.SystemTag));
        return entry;

        string? Present(string column) => present.Contains(column) ? column : null;
    }

    /// <summary>An entry that a person wrote, for our copy of the file. Without columns it means the usual ones, of which <c>input</c> may be missing.</summary>
    public static async Task<JsonObject> CompleteAsync(JsonObject entry, string path, CancellationToken cancellationToken)
    {
        var own = entry.DeepClone().AsObject();
        own["file_name"] = Path.GetFileName(path);
        var isAlpaca = own["formatting"] is null || (own["formatting"] is JsonValue formatting && formatting.TryGetValue(out string? word) && word == "alpaca");
        if (isAlpaca && own["columns"] is null && await LacksInputAsync(path, cancellationToken))
        {
            own["columns"] = Map(("prompt", DatasetFormat.Alpaca.Prompt), ("response", DatasetFormat.Alpaca.Response));
        }

        return own;
    }

    private static async Task<bool> LacksInputAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return !(await DatasetColumns.ReadAsync(path, cancellationToken)).Contains(Input);
        }
        catch (JsonException)
        {
            return false; // The check of every record names the broken one, and what to do about it.
        }
    }

    private static JsonObject Map(params (string Key, string? Value)[] pairs)
    {
        var map = new JsonObject();
        foreach (var (key, value) in pairs.Where(pair => pair.Value is not null))
        {
            map[key] = value;
        }

        return map;
    }
}

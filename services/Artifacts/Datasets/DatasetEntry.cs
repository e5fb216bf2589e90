using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.ModelFormats.Datasets;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>
/// Writes what LLaMA-Factory's <c>dataset_info.json</c> must say about a file. The layout shows in the first records; columns that only some records have
/// (system, history) must be named all the same, so every record is looked at.
/// </summary>
internal static class DatasetEntry
{
    private static readonly string[] Optional = ["system", "history"];

    /// <exception cref="InvalidDatasetException">The columns are of no known layout, or nothing can be read.</exception>
    /// <exception cref="JsonException">A record is no JSON.</exception>
    public static async Task<JsonObject> DescribeAsync(string path, CancellationToken cancellationToken)
    {
        var format = DatasetFormat.Detect(path);
        var present = await OptionalColumnsAsync(path, cancellationToken);
        var system = present.Contains("system") ? "system" : null;
        var entry = new JsonObject { ["file_name"] = Path.GetFileName(path) };
        if (format.Formatting == DatasetFormatting.Alpaca)
        {
            entry["formatting"] = "alpaca";
            entry["columns"] = Map(
                ("prompt", format.Prompt), ("query", format.Query), ("response", format.Response),
                ("system", system), ("history", present.Contains("history") ? "history" : null));
            return entry;
        }

        entry["formatting"] = "sharegpt";
        entry["columns"] = Map(("messages", format.Messages), ("system", system));
        entry["tags"] = Map(
            ("role_tag", format.RoleTag), ("content_tag", format.ContentTag),
            ("user_tag", format.UserTag), ("assistant_tag", format.AssistantTag), ("system_tag", format.SystemTag));
        return entry;
    }

    private static async Task<HashSet<string>> OptionalColumnsAsync(string path, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        var isArray = await BeginsArrayAsync(stream, cancellationToken);
        var records = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: !isArray, cancellationToken: cancellationToken);
        await foreach (var record in records)
        {
            if (record.ValueKind == JsonValueKind.Object)
            {
                present.UnionWith(Optional.Where(column => record.TryGetProperty(column, out _)));
            }
        }

        return present;
    }

    private static async Task<bool> BeginsArrayAsync(FileStream stream, CancellationToken cancellationToken)
    {
        var start = new byte[4096];
        var read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = 0;
        return start.AsSpan(0, read).TrimStart(" \t\r\n"u8).StartsWith("["u8);
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

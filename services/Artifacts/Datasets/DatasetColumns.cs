using System.Text.Json;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>The names of the columns in which at least one record of a file has something.</summary>
internal static class DatasetColumns
{
    /// <summary>A file whose keys are data has more; the rest of its names are of no use to anybody.</summary>
    private const int Most = 1000;

    /// <exception cref="JsonException">A record is no JSON.</exception>
    public static async Task<IReadOnlySet<string>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        var isArray = await BeginsArrayAsync(stream, cancellationToken);
        var records = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: !isArray, cancellationToken: cancellationToken);
        await foreach (var record in records)
        {
            if (record.ValueKind == JsonValueKind.Object && present.Count < Most)
            {
                present.UnionWith(record.EnumerateObject().Where(property => !IsNothing(property.Value)).Select(property => property.Name));
            }
        }

        return present;
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    private static async Task<bool> BeginsArrayAsync(FileStream stream, CancellationToken cancellationToken)
    {
        var start = new byte[4096];
        var read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = 0;
        return start.AsSpan(0, read).TrimStart(" \t\r\n"u8).StartsWith("["u8);
    }
}

using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Looks at the first records and tells which known layout they have.</summary>
internal static class DatasetDetector
{
    private const int RecordsToLookAt = 20;
    private const int MaxDepth = 64;

    public static DatasetFormat Detect(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidDatasetException(path, "there is no such file; check the path");
        }

        using var stream = DatasetReader.Open(path);
        var seen = new List<string>();
        string? problem = null;
        foreach (var raw in new RecordSplitter(stream).Split().Take(RecordsToLookAt))
        {
            if (TryParse(raw) is not { } document)
            {
                problem ??= $"line {raw.Line}: {raw.Problem ?? "not a JSON object"}";
                continue;
            }

            using (document)
            {
                if (Match(document.RootElement) is { } format)
                {
                    return format;
                }

                seen.AddRange(document.RootElement.EnumerateObject().Select(property => property.Name).Where(name => !seen.Contains(name)));
            }
        }

        throw new InvalidDatasetException(path, seen.Count == 0
            ? problem ?? "the file has no records; add at least one sample"
            : $"its columns ({string.Join(", ", seen.Take(12))}) are of no known layout; "
              + $"use instruction, input, output{NearestColumn.Hint("instruction", seen)}, "
              + "or messages with role and content, or conversations with from and value, or describe the file in dataset_info.json");
    }

    private static JsonDocument? TryParse(RawRecord raw)
    {
        if (raw.Problem is not null)
        {
            return null;
        }

        try
        {
            if (JsonTexts.FirstBroken(raw.Json.Span, MaxDepth) is not null)
            {
                return null;
            }

            var document = JsonDocument.Parse(raw.Json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null; // The reader will tell what is wrong with this record; another one may show the layout.
        }
    }

    private static DatasetFormat? Match(JsonElement record)
    {
        foreach (var column in new[] { "messages", "conversations", "conversation" })
        {
            if (record.TryGetProperty(column, out var messages) && messages.ValueKind == JsonValueKind.Array && messages.GetArrayLength() > 0
                && messages[0].ValueKind == JsonValueKind.Object && MatchMessages(messages[0], column) is { } format)
            {
                return format with { System = record.TryGetProperty("system", out _) ? "system" : null };
            }
        }

        if (!record.TryGetProperty("instruction", out _) || !record.TryGetProperty("output", out _))
        {
            return null;
        }

        return DatasetFormat.Alpaca with
        {
            System = record.TryGetProperty("system", out _) ? "system" : null,
            History = record.TryGetProperty("history", out _) ? "history" : null,
        };
    }

    private static DatasetFormat? MatchMessages(JsonElement message, string column)
    {
        if (message.TryGetProperty("role", out _) && message.TryGetProperty("content", out _))
        {
            return DatasetFormat.OpenAi with { Messages = column };
        }

        return message.TryGetProperty("from", out _) && message.TryGetProperty("value", out _) ? DatasetFormat.ShareGpt with { Messages = column } : null;
    }
}

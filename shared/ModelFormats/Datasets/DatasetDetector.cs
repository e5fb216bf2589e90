using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Looks at the first records and tells which known layout they have.</summary>
internal sealed class DatasetDetector(DatasetKind wanted)
{
    private const int RecordsToLookAt = 20;
    private const int MaxDepth = 64;
    private const string Chosen = "chosen";
    private const string Rejected = "rejected";
    private const string Mark = "kto_tag";
    private const string Text = "text";

    public DatasetFormat Detect(string path)
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
                if (OtherKind(document.RootElement) is { } other)
                {
                    throw new InvalidDatasetException(path, other);
                }

                if (Match(document.RootElement) is { } format)
                {
                    return format;
                }

                seen.AddRange(document.RootElement.EnumerateObject().Select(property => property.Name).Where(name => !seen.Contains(name)));
            }
        }

        throw new InvalidDatasetException(path, seen.Count == 0
            ? problem ?? "the file has no records; add at least one sample"
            : $"its columns ({string.Join(", ", seen.Take(12))}) are of no known layout; {Wanted(seen)}, or describe the file in dataset_info.json");
    }

    private string Wanted(List<string> seen) => wanted switch
    {
        DatasetKind.Texts => $"use a column text{NearestColumn.Hint(Text, seen)}",
        DatasetKind.Pairs => $"use instruction, input, chosen, rejected{NearestColumn.Hint(Chosen, seen)}, "
            + "or messages with role and content (conversations with from and value) with chosen and rejected as one message each",
        _ => $"use instruction, input, output{NearestColumn.Hint("instruction", seen)}, or messages with role and content, or conversations with from and value"
            + (wanted == DatasetKind.Marked ? $", and in each record {Mark}: true or false" : ""),
    };

    /// <summary>Columns that say what a record is for: read as another kind it would be learnt wrongly, and nobody told.</summary>
    private string? OtherKind(JsonElement record)
    {
        var isPair = record.TryGetProperty(Chosen, out _) && record.TryGetProperty(Rejected, out _) && !record.TryGetProperty("output", out _);
        var isMarked = record.TryGetProperty(Mark, out _);
        var isText = record.TryGetProperty(Text, out var text) && text.ValueKind == JsonValueKind.String && Chat(record) is null;
        return (wanted, isPair, isMarked, isText) switch
        {
            (not DatasetKind.Pairs, true, _, _) => "its records have chosen and rejected, which is data for stage dpo: set stage to dpo, or give one answer each",
            (not DatasetKind.Marked, _, true, _) => $"its records have {Mark}, which is data for stage kto: set stage to kto, or take the bad answers and this column out",
            (not DatasetKind.Texts, _, _, true) => "its records have text and no answers, which is data for stage pt: set stage to pt, or write questions and answers",
            (DatasetKind.Marked, _, false, _) when Chat(record) is not null => $"its records have no {Mark}, which stage kto needs: give each record {Mark}: true or false, or set stage to sft",
            (DatasetKind.Pairs, false, _, _) when Chat(record) is not null && !record.TryGetProperty(Chosen, out _) =>
                "its records have no chosen and rejected, which stage dpo needs: give each record two answers, or set stage to sft",
            (DatasetKind.Texts, _, _, _) when Chat(record) is not null =>
                "its records have questions and answers, of which stage pt would learn the questions alone: set stage to sft, or write plain texts in a column text",
            _ => null,
        };
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

    private DatasetFormat? Match(JsonElement record) => wanted switch
    {
        DatasetKind.Texts => record.TryGetProperty(Text, out _) ? new DatasetFormat { Prompt = Text, Query = null, Response = null } : null,
        DatasetKind.Pairs => record.TryGetProperty(Chosen, out _) && record.TryGetProperty(Rejected, out _)
            ? (Messages(record) ?? Alpaca(record, "instruction")) is { } pairs
                ? pairs with { Ranking = true, Chosen = Chosen, Rejected = Rejected, Response = null }
                : null
            : null,
        DatasetKind.Marked => record.TryGetProperty(Mark, out _) && Chat(record) is { } marked ? marked with { KtoTag = Mark } : null,
        _ => Chat(record),
    };

    private static DatasetFormat? Chat(JsonElement record) => Messages(record) ?? Alpaca(record, "instruction", "output");

    private static DatasetFormat? Alpaca(JsonElement record, params string[] required) => required.All(column => record.TryGetProperty(column, out _))
        ? DatasetFormat.Alpaca with
        {
            System = record.TryGetProperty("system", out _) ? "system" : null,
            History = record.TryGetProperty("history", out _) ? "history" : null,
        }
        : null;

    private static DatasetFormat? Messages(JsonElement record)
    {
        foreach (var column in new[] { "messages", "conversations", "conversation" })
        {
            if (record.TryGetProperty(column, out var messages) && messages.ValueKind == JsonValueKind.Array && messages.GetArrayLength() > 0
                && messages[0].ValueKind == JsonValueKind.Object && MatchMessages(messages[0], column) is { } format)
            {
                return format with { System = record.TryGetProperty("system", out _) ? "system" : null };
            }
        }

        return null;
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

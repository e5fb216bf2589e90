using System.Text.Json;
using System.Text.Unicode;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Turns the bytes of one element into a sample, or says what is wrong with it.</summary>
internal static class RecordParser
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    public static DatasetRecord Parse(RawRecord raw, DatasetFormat format)
    {
        if (raw.Problem is not null)
        {
            return new DatasetProblem(raw.Line, raw.Problem) { EndsReading = raw.EndsReading };
        }

        if (Unreadable(raw.Json.Span) is { } unreadable)
        {
            return new DatasetProblem(raw.Line, unreadable);
        }

        try
        {
            // Half a surrogate pair is valid JSON but no text, and would throw wherever it is read.
            if (JsonTexts.FirstBroken(raw.Json.Span, Options.MaxDepth) is not null)
            {
                return new DatasetProblem(raw.Line, "a text holds half a surrogate pair (\\ud800 to \\udfff alone); remove it or write the whole character");
            }

            using var document = JsonDocument.Parse(raw.Json, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new DatasetProblem(raw.Line, $"a sample must be a JSON object, not {Describe(document.RootElement)}");
            }

            return format.Kind == DatasetKind.Texts ? TextParser.Parse(raw.Line, document.RootElement, format)
                : format.Formatting == DatasetFormatting.Alpaca ? AlpacaParser.Parse(raw.Line, document.RootElement, format)
                : ShareGptParser.Parse(raw.Line, document.RootElement, format);
        }
        catch (JsonException e)
        {
            var line = raw.Line + (e.LineNumber ?? 0);
            var column = (e.BytePositionInLine ?? 0) + 1 + (e.LineNumber is null or 0 ? raw.Column : 0);
            return new DatasetProblem(line, $"not valid JSON at column {column}; check quotes, commas and brackets (one object per line, or one array)");
        }
        catch (WrongRecordException e)
        {
            return new DatasetProblem(raw.Line, e.Message);
        }
    }

    /// <summary>The text of a column; null when it is not there or null.</summary>
    public static string? Text(JsonElement record, string? column)
    {
        if (column is null || !record.TryGetProperty(column, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new WrongRecordException($"'{column}' must be a text, not {Describe(value)}");
    }

    /// <summary>A column that must be there, with the nearest name when it is not.</summary>
    public static JsonElement Required(JsonElement record, string? column, string role)
    {
        if (column is null)
        {
            throw new WrongRecordException($"the format names no column for the {role}; add it under 'columns' in dataset_info.json");
        }

        if (record.TryGetProperty(column, out var value))
        {
            return value;
        }

        var present = record.EnumerateObject().Select(property => property.Name).Take(12).ToList();
        throw new WrongRecordException($"the column '{column}' is missing{NearestColumn.Hint(column, present)}; "
            + $"the record has: {(present.Count == 0 ? "nothing" : string.Join(", ", present))}; "
            + "rename the column, or map it under 'columns' in dataset_info.json");
    }

    /// <summary>Whether the answer is marked as good; null when the format has no such column.</summary>
    public static bool? Mark(JsonElement record, DatasetFormat format)
    {
        if (format.KtoTag is null)
        {
            return null;
        }

        var mark = Required(record, format.KtoTag, "mark");
        return mark.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? mark.GetBoolean()
            : throw new WrongRecordException($"'{format.KtoTag}' must be true or false, without quotes, not {Describe(mark)}");
    }

    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string? Unreadable(ReadOnlySpan<byte> json)
    {
        if (json.Contains((byte)0))
        {
            return "the record contains a NUL byte; the file is damaged or binary";
        }

        return Utf8.IsValid(json) ? null : "the record is not valid UTF-8 text; save the file as UTF-8";
    }
}

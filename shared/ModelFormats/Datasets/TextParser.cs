using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One column with a text; a second one (<c>query</c>) follows after a line break.</summary>
internal static class TextParser
{
    public static TextSample Parse(long line, JsonElement record, DatasetFormat format)
    {
        RecordParser.Required(record, format.Prompt, "text");
        var parts = new[] { RecordParser.Text(record, format.Prompt), RecordParser.Text(record, format.Query) };
        var text = string.Join("\n", parts.Where(part => !string.IsNullOrEmpty(part)));
        return string.IsNullOrWhiteSpace(text)
            ? throw new WrongRecordException($"'{format.Prompt}' is empty; write the text or remove the record")
            : new TextSample(line, text);
    }
}

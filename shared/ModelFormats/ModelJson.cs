using System.Text.Json;
using System.Text.Unicode;

namespace FineTunePipeline.ModelFormats;

/// <summary>The small JSON files of a model folder, read so that bad ones give a message with line and column instead of a stack trace.</summary>
internal static class ModelJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <exception cref="InvalidModelFileException">Missing, too large, not UTF-8, not JSON.</exception>
    public static JsonDocument Read(string path, long maxBytes)
    {
        if (!File.Exists(path))
        {
            throw new InvalidModelFileException(path, "the file is missing; download the model again or add the file");
        }

        var length = new FileInfo(path).Length;
        if (length > maxBytes)
        {
            throw new InvalidModelFileException(path, $"it has {length} bytes, more than the {maxBytes} that such a file may have");
        }

        var bytes = File.ReadAllBytes(path);
        if (!Utf8.IsValid(bytes))
        {
            throw new InvalidModelFileException(path, "it is not valid UTF-8 text; download it again");
        }

        ReadOnlyMemory<byte> json = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
        try
        {
            if (JsonTexts.FirstBroken(json.Span, Options.MaxDepth) is { } position)
            {
                throw new InvalidModelFileException(path,
                    $"it holds a text with half a surrogate pair (\\ud800 to \\udfff alone) at byte {position}; correct it");
            }

            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidModelFileException(path,
                $"it is not valid JSON at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}; correct it or download it again", e);
        }
    }

    /// <summary>The text of a property; null when the property is not there or is no text.</summary>
    public static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

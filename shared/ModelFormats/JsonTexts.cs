using System.Text.Json;

namespace FineTunePipeline.ModelFormats;

/// <summary>Finds texts that are valid JSON but no text: half a surrogate pair, written as an escape.</summary>
internal static class JsonTexts
{
    /// <summary>Byte of the first such text; null when all are well.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static long? FirstBroken(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped || reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            {
                continue;
            }

            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return reader.TokenStartIndex;
            }
        }

        return null;
    }
}

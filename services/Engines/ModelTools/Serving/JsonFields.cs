using System.Globalization;
using System.Text.Json;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>Reads keys of a JSON object; absent and null are the same, a wrong type is the client's error and says which key.</summary>
internal readonly struct JsonFields(JsonElement json, string path = "")
{
    public JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a string", value);

    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "a boolean", value),
    };

    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            throw Wrong(name, "a number", value);
        }

        return number >= least && number <= most
            ? number
            : throw OutOfRange(name, string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}"), value);
    }

    public long? Integer(string name, long least, long most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw Wrong(name, "an integer", value);
        }

        return number >= least && number <= most ? number : throw OutOfRange(name, $"from {least} to {most}", value);
    }

    public OpenAiException Wrong(string name, string expected, JsonElement value) =>
        OpenAiException.Invalid(
            "invalid_type", $"Invalid type for '{path}{name}': expected {expected}, but got {NameOf(value.ValueKind)} instead.", path + name);

    public OpenAiException Unsupported(string name, string reason) =>
        OpenAiException.Invalid("unsupported_value", $"'{path}{name}': {reason}", path + name);

    private OpenAiException OutOfRange(string name, string range, JsonElement value) =>
        OpenAiException.Invalid("invalid_value", $"Invalid value for '{path}{name}': {value.GetRawText()}. It must be {range}.", path + name);

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "nothing",
    };
}

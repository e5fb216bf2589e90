using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>Typed values of config.json; a wrong one names the key and what is possible.</summary>
internal sealed class ConfigReader(string path, JsonElement root)
{
    public string Path => path;

    public JsonElement Root => root;

    public int Integer(string key, int min, int max, int? missing = null) =>
        OptionalInteger(key, min, max) ?? missing ?? throw Wrong(key, "it is missing");

    /// <summary>Null when the key is missing or null.</summary>
    public int? OptionalInteger(string key, int min, int max)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw Wrong(key, $"it must be a whole number from {min} to {max}");
    }

    public double Number(string key, double missing) => OptionalNumber(root, key) ?? missing;

    /// <summary>A finite number of an object of config.json; null when the key is missing or null.</summary>
    public double? OptionalNumber(JsonElement parent, string key)
    {
        if (!parent.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, "it must be a number");
    }

    /// <summary>False when the key is missing or null.</summary>
    public bool Flag(string key)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "it must be true or false");
    }

    public InvalidModelFileException Wrong(string key, string what) => new(path, $"'{key}': {what}; correct config.json or download the model again");
}

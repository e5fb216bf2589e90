using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>
/// Writes a flat YAML file of LLaMA-Factory's keys. Every text is a double-quoted JSON string, which is YAML too: no path and no name can turn into another
/// key, a number, or the word for "false".
/// </summary>
public sealed class TrainerYaml
{
    /// <summary>Letters beyond ASCII stay as they are: YAML does not know JSON's pairs of surrogates.</summary>
    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OrderedDictionary<string, string> _lines = [];

    public TrainerYaml Add(string key, string value) => Line(key, JsonSerializer.Serialize(value, Quoting));

    public TrainerYaml Add(string key, bool value) => Line(key, value ? "true" : "false");

    /// <summary>The shortest text that reads back as the same number, always with a point: PyYAML reads <c>1e-05</c> as a text.</summary>
    public TrainerYaml Add(string key, double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = exponent < 0 ? shortest : shortest[..exponent];
        var withPoint = digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
        return Line(key, exponent < 0 ? withPoint : $"{withPoint}e{shortest[(exponent + 1)..]}");
    }

    /// <summary>Any JSON: YAML's flow style is a superset of it.</summary>
    public TrainerYaml Add(string key, JsonElement value) => value.ValueKind == JsonValueKind.Number && !value.TryGetInt64(out _)
        ? Add(key, value.GetDouble())
        : Line(key, JsonSerializer.Serialize(value, Quoting));

    public TrainerYaml Add(string key, int value) => Line(key, value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => string.Concat(_lines.Select(line => $"{line.Key}: {line.Value}\n"));

    /// <summary>A key that stands there already gets the new value.</summary>
    private TrainerYaml Line(string key, string value)
    {
        _lines[key] = value;
        return this;
    }
}

using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTunePipeline.Training.Trainers;

/// <summary>
/// Writes a flat YAML mapping. Every text is a double-quoted JSON string, which is YAML too: no path and no name can turn into another key, a number,
/// or the word for "false".
/// </summary>
internal sealed class YamlText
{
    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly StringBuilder _text = new();

    public YamlText Add(string key, string value) => Line(key, JsonSerializer.Serialize(value, Quoting));

    public YamlText Add(string key, bool value) => Line(key, value ? "true" : "false");

    public YamlText Add(string key, int value) => Line(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Always with a decimal point: <c>1E-05</c> is a text to some YAML readers.</summary>
    public YamlText Add(string key, double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = exponent < 0 ? shortest : shortest[..exponent];
        var point = digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
        return Line(key, exponent < 0 ? point : point + "e" + shortest[(exponent + 1)..]);
    }

    public override string ToString() => _text.ToString();

    private YamlText Line(string key, string value)
    {
        _text.Append(key).Append(": ").Append(value).Append('\n');
        return this;
    }
}

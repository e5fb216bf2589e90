using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FineTunePipeline.Hosts.Engines;

/// <summary>Writes a flat YAML file of LLaMA-Factory's keys. Texts are written as JSON strings, which are YAML, so that no path can become something else.</summary>
public sealed class TrainerYaml
{
    private readonly StringBuilder _text = new();

    public TrainerYaml Add(string key, string value) => Line(key, JsonSerializer.Serialize(value));

    public TrainerYaml Add(string key, bool value) => Line(key, value ? "true" : "false");

    public TrainerYaml Add(string key, double value)
    {
        // With a point and an exponent every YAML reader takes it as a number; PyYAML reads "1e-05" as text.
        var text = value.ToString("0.0###############e+0", CultureInfo.InvariantCulture);
        return Line(key, text);
    }

    public TrainerYaml Add(string key, int value) => Line(key, value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();

    private TrainerYaml Line(string key, string value)
    {
        _text.Append(key).Append(": ").Append(value).Append('\n');
        return this;
    }
}

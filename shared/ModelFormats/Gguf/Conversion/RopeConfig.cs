using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Gguf.Conversion;

/// <summary>
/// Rotary position parameters, from <c>rope_parameters</c> (transformers 5) or from <c>rope_theta</c> and <c>rope_scaling</c> (before).
/// </summary>
/// <param name="Type">default, linear, yarn, llama3, …</param>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Values">The object that further parameters are read from; undefined when there is none.</param>
internal sealed record RopeConfig(string Type, double Theta, JsonElement Values)
{
    private const double DefaultTheta = 10000;

    public static RopeConfig Read(ConfigReader config)
    {
        var values = Object(config, "rope_scaling") ?? Object(config, "rope_parameters") ?? default;
        if (values.ValueKind != JsonValueKind.Object)
        {
            return new RopeConfig("default", Positive(config, config.Number("rope_theta", DefaultTheta)), default);
        }

        var type = ModelJson.Text(values, "rope_type") ?? ModelJson.Text(values, "type") ?? "default";
        var theta = config.OptionalNumber(values, "rope_theta") ?? config.Number("rope_theta", DefaultTheta);
        if (type is not ("default" or "linear" or "yarn" or "llama3"))
        {
            throw config.Wrong("rope_type", $"'{type}' is not supported; default, linear, yarn and llama3 are");
        }

        return new RopeConfig(type, Positive(config, theta), values);
    }

    /// <summary>A parameter that this type needs or may have.</summary>
    public double? Parameter(ConfigReader config, string name) => Values.ValueKind == JsonValueKind.Object ? config.OptionalNumber(Values, name) : null;

    private static JsonElement? Object(ConfigReader config, string key) =>
        config.Root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static double Positive(ConfigReader config, double theta) => theta > 0 ? theta : throw config.Wrong("rope_theta", "it must be larger than 0");
}

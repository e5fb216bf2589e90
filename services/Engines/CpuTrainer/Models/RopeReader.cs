namespace FineTunePipeline.CpuTrainer.Models;

/// <summary>
/// The rotary settings of config.json. transformers 4: <c>rope_theta</c> and <c>rope_scaling</c> (with <c>type</c> or <c>rope_type</c>);
/// transformers 5: one object <c>rope_parameters</c> that holds both.
/// </summary>
internal static class RopeReader
{
    private const double DefaultTheta = 10000;

    public static double Theta(ConfigValues values) =>
        values.Object("rope_parameters")?.Number("rope_theta") ?? values.Number("rope_theta") ?? DefaultTheta;

    public static RopeScaling Scaling(ConfigValues values)
    {
        var rope = values.Object("rope_parameters") ?? values.Object("rope_scaling");
        if (rope is null)
            return RopeScaling.None;

        var type = rope.Text("rope_type") ?? rope.Text("type") ?? "default";
        return type switch
        {
            "default" => RopeScaling.None,
            "linear" => new RopeScaling(RopeKind.Linear, Positive(rope, "factor")),
            "llama3" => new RopeScaling(
                RopeKind.Llama3, Positive(rope, "factor"), Positive(rope, "low_freq_factor"), Positive(rope, "high_freq_factor"),
                rope.Required("original_max_position_embeddings", int.MaxValue)),
            _ => throw values.Error($"rotary scaling {type} is not supported; supported are default, linear and llama3"),
        };
    }

    private static double Positive(ConfigValues rope, string name)
    {
        var value = rope.Number(name) ?? throw rope.Error($"the rotary settings need {name}");
        return value > 0 && double.IsFinite(value) ? value : throw rope.Error($"{name} of the rotary settings must be positive");
    }
}

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>One entry of <c>log_history</c> in trainer_state.json, in the order in which it is written there (by name).</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Values">All values, the step among them.</param>
internal sealed record LogEntry(int Step, IReadOnlyList<KeyValuePair<string, object?>> Values)
{
    public static LogEntry Of(int step, IEnumerable<KeyValuePair<string, object?>> values) =>
        new(step, [.. values.Append(new("step", step)).OrderBy(pair => pair.Key, StringComparer.Ordinal)]);

    /// <summary>A number of the entry; null if it has none of that name.</summary>
    public double? Number(string name) => Values.FirstOrDefault(pair => pair.Key == name).Value as double?;
}

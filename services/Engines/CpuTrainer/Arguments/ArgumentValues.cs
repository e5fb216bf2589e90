using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>Checked values by key; absent keys have their default.</summary>
internal sealed class ArgumentValues(IReadOnlyDictionary<string, object?> values)
{
    /// <summary>Keys given that have no effect here, for a line of the log.</summary>
    public IReadOnlyList<string> WithoutEffect { get; init; } = [];

    /// <summary>All keys with their values, for the record.</summary>
    public string ToJson() => PythonJson.Indented(values.OrderBy(pair => pair.Key, StringComparer.Ordinal), 2) + "\n";

    public string? OptionalText(string name) => (string?)values[name];

    public string Text(string name) => OptionalText(name)!;

    public bool Flag(string name) => (bool)values[name]!;

    public int? OptionalInteger(string name) => (int?)(long?)values[name];

    public int Integer(string name) => OptionalInteger(name)!.Value;

    public double? OptionalNumber(string name) => (double?)values[name];

    public double Number(string name) => OptionalNumber(name)!.Value;
}

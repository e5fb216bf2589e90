namespace FineTunePipeline.ModelTools.Running;

/// <summary>An option of a verb.</summary>
/// <param name="Name">Without the two dashes.</param>
/// <param name="Value">Placeholder of its value; null for a flag that takes none.</param>
/// <param name="Meaning">For people: unit, default, range.</param>
internal sealed record VerbOption(string Name, string? Value, string Meaning)
{
    public bool IsFlag => Value is null;
}

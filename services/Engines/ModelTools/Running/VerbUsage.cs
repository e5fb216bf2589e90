namespace FineTunePipeline.ModelTools.Running;

/// <summary>What a verb accepts.</summary>
/// <param name="Summary">One line for people.</param>
/// <param name="Positional">Names of the arguments that must be there, in order.</param>
/// <param name="Options">Options with a value: name without dashes, and what the value means.</param>
internal sealed record VerbUsage(string Summary, string[] Positional, params VerbOption[] Options)
{
    public string Line(string verb) =>
        string.Join(' ', ["finetune-model", verb, .. Positional, .. Options.Select(option => $"[--{option.Name}{(option.IsFlag ? "" : " " + option.Value)}]")]);
}

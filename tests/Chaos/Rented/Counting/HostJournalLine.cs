namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>What an engine wrote of itself on a host.</summary>
/// <param name="What">start, effect, step or checkpoint.</param>
/// <param name="AtMs">Milliseconds since 1970.</param>
/// <param name="Pid">In the namespace of that boot.</param>
/// <param name="Stage">Stage and attempt, such as <c>train-1</c>.</param>
/// <param name="Purpose">What it did for them, such as <c>predict-base</c>.</param>
/// <param name="Machine">The host's name with its boot.</param>
/// <param name="Number">Of the step or checkpoint; 0 for the others.</param>
internal sealed record HostJournalLine(string What, long AtMs, int Pid, string JobId, string Stage, string Purpose, string Machine, int Number)
{
    public const string Training = "train";

    public int Attempt => int.Parse(Stage[(Stage.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}

namespace FineTunePipeline.Chaos.Counting;

/// <summary>What an engine wrote of itself.</summary>
/// <param name="What">start or effect.</param>
/// <param name="AtMs">Milliseconds since 1970.</param>
/// <param name="Stage">Stage and attempt, such as <c>train-1</c>.</param>
/// <param name="Purpose">What it did for them, such as <c>predict-base</c>.</param>
internal sealed record JournalLine(string What, long AtMs, int Pid, string JobId, string Stage, string Purpose)
{
    /// <summary>The stage without its attempt.</summary>
    public string StageName => Stage[..Stage.LastIndexOf('-')];
}

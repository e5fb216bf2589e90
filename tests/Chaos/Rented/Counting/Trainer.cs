namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>One start of a trainer, as the journal of its host has it.</summary>
/// <param name="Lines">Its own, the first is its start.</param>
internal sealed record Trainer(string JobId, int Attempt, string Machine, IReadOnlyList<HostJournalLine> Lines)
{
    public long StartedMs => Lines[0].AtMs;

    /// <summary>Its last sign of life; it may have lived a step longer.</summary>
    public long LastMs => Lines[^1].AtMs;

    /// <summary>It did all that it was to do.</summary>
    public bool Ended => Lines[^1].What == "effect";

    /// <summary>The step after which it began; null if it made none.</summary>
    public int? FromStep => Lines.FirstOrDefault(line => line.What == "step") is { } first ? first.Number - 1 : null;

    /// <summary>How far it had come.</summary>
    public int StepAt(long atMs) => Lines.Where(line => line.What == "step" && line.AtMs <= atMs).Select(line => line.Number).DefaultIfEmpty(0).Max();

    public override string ToString() => FormattableString.Invariant($"{JobId} train-{Attempt} on {Machine}");

    /// <summary>All of them, by job, the oldest first.</summary>
    public static ILookup<string, Trainer> Of(IReadOnlyList<HostJournalLine> lines) => lines
        .Where(line => line.Purpose == HostJournalLine.Training)
        .GroupBy(line => (line.JobId, line.Attempt, line.Machine, line.Pid))
        .Where(group => group.Any(line => line.What == "start"))
        .Select(group => new Trainer(group.Key.JobId, group.Key.Attempt, group.Key.Machine, [.. group]))
        .OrderBy(trainer => trainer.StartedMs)
        .ToLookup(trainer => trainer.JobId);
}

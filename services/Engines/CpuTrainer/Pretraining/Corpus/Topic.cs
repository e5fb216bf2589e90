namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Something a user says in many ways and that has one fixed answer.</summary>
internal sealed record Topic
{
    public required string Name { get; init; }

    /// <summary>Wordings that are trained.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>Wordings that are asked in evaluation and never trained.</summary>
    public required IReadOnlyList<string> HeldOut { get; init; }

    /// <summary>A second set of those, written before any result was known and never used to choose anything.</summary>
    public required IReadOnlyList<string> Fresh { get; init; }

    public required string Answer { get; init; }

    /// <summary>The part of the answer by which it is recognised.</summary>
    public required string Key { get; init; }
}

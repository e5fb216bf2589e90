namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One conversation to learn from.</summary>
/// <param name="Line">Line of the file where it begins, from 1.</param>
/// <param name="System">The system text; null when the record has none.</param>
/// <param name="Turns">User and assistant in turns, beginning with the user and ending with the assistant (the better answer, where there are two).</param>
public sealed record ChatSample(long Line, string? System, IReadOnlyList<ChatTurn> Turns) : DatasetRecord(Line)
{
    /// <summary>The worse answer in the place of the last turn; null if the record is no pair.</summary>
    public string? Rejected { get; init; }

    /// <summary>Whether the last turn is a good answer; null if the record is not marked.</summary>
    public bool? IsGood { get; init; }
}

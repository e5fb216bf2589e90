namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One conversation to learn from.</summary>
/// <param name="Line">Line of the file where it begins, from 1.</param>
/// <param name="System">The system text; null when the record has none.</param>
/// <param name="Turns">User and assistant in turns, beginning with the user and ending with the assistant.</param>
public sealed record ChatSample(long Line, string? System, IReadOnlyList<ChatTurn> Turns) : DatasetRecord(Line);

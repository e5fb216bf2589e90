namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>An element that cannot be used, and why. Reading goes on after it unless <see cref="EndsReading"/>.</summary>
/// <param name="Line">Line of the fault, from 1.</param>
/// <param name="Message">What is wrong and what to change; without the line.</param>
public sealed record DatasetProblem(long Line, string Message) : DatasetRecord(Line)
{
    /// <summary>True when the rest of the file could not be understood (binary, cut off, a bracket missing); no record follows.</summary>
    public bool EndsReading { get; init; }
}

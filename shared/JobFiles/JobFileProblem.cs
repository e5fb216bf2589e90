namespace FineTunePipeline.JobFiles;

/// <summary>One thing that is wrong in a job file.</summary>
/// <param name="Line">From 1; 0 if unknown (JSON values).</param>
/// <param name="Column">From 1; 0 if unknown.</param>
/// <param name="Path">Where it is: <c>hyperparameters.learning_rate</c>; empty for the whole file.</param>
/// <param name="Message">What is wrong and what to change.</param>
public sealed record JobFileProblem(long Line, long Column, string Path, string Message)
{
    public override string ToString() => Line > 0 ? $"line {Line}, column {Column}: {Message}" : Message;
}

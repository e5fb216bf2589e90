namespace FineTunePipeline.JobFiles;

/// <summary>A job file that cannot be used, with everything that is wrong in it.</summary>
public sealed class JobFileException(IReadOnlyList<JobFileProblem> problems) : Exception(string.Join("\n", problems))
{
    public IReadOnlyList<JobFileProblem> Problems { get; } = problems;
}

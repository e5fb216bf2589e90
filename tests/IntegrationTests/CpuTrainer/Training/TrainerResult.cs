namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

/// <summary>How a run of the trainer ended.</summary>
internal sealed record TrainerResult(int ExitCode, string Output, string Diagnostics)
{
    /// <summary>The line that the services read when a run failed.</summary>
    public string LastLine => Diagnostics.TrimEnd().Split('\n')[^1];

    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Diagnostics}";
}

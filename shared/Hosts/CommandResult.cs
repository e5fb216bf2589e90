namespace FineTunePipeline.Hosts;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">128 + n for a command ended by signal n, as shells say it.</param>
/// <param name="StandardOutput">At most the last 1 MiB.</param>
/// <param name="StandardError">At most the last 1 MiB.</param>
public sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError);

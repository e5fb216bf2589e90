namespace FineTunePipeline.Hosts;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">128 + n for a command ended by signal n, as shells say it.</param>
/// <param name="StandardOutput">At most the last 1 MiB.</param>
/// <param name="StandardError">At most the last 1 MiB.</param>
public sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>
    /// For a program that must write something: it was ended from outside (SIGKILL, SIGTERM), or ended well without a word. Neither says anything about the
    /// program; both happen on a host that is short of memory or being shut down.
    /// </summary>
    public bool IsSilent => ExitCode is 137 or 143 || (ExitCode == 0 && string.IsNullOrWhiteSpace(StandardOutput));
}

namespace FineTunePipeline.Hosts.Runs;

/// <summary>How a run ended, and what its end says whatever program it was. What the other exit codes mean, each program decides for itself.</summary>
/// <param name="ExitCode">null if it vanished without leaving one.</param>
/// <param name="ErrorTail">The last of its standard error; empty after a success, which nobody asks.</param>
public sealed record RunEnd(int? ExitCode, string ErrorTail)
{
    private const int EvidenceLines = 12;

    /// <summary>What the supervisor writes under the program's last line.</summary>
    private const string TimeLimitWords = "finetune-supervise: ended at the time limit";

    public bool Succeeded => ExitCode == 0;

    /// <summary>The supervisor ended it at <see cref="HostCommand.TimeLimit"/>.</summary>
    public bool HitTimeLimit => ErrorTail.Contains(TimeLimitWords, StringComparison.Ordinal);

    /// <summary>Ended from outside: by a person, by the system for want of memory, or with its supervisor.</summary>
    public bool WasKilled => ExitCode is null or 137 or 143;

    /// <summary>Ended by a fault in native code.</summary>
    public bool Crashed => ExitCode is 134 or 136 or 139;

    /// <summary>The host's memory did not suffice, in the words of libtorch, of the C library's and of .NET.</summary>
    public bool RanOutOfMemory =>
        ErrorTail.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || ErrorTail.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || ErrorTail.Contains("OutOfMemoryException", StringComparison.Ordinal);

    /// <summary>The last line of standard error; null if it wrote nothing.</summary>
    public string? LastLine => Lines.LastOrDefault();

    /// <summary>The last lines for people; null if it wrote nothing.</summary>
    public string? Evidence => string.Join('\n', Lines.TakeLast(EvidenceLines)) is { Length: > 0 } text ? text : null;

    private string[] Lines => ErrorTail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Training.Trainers;

/// <summary>
/// What the end of a trainer means, by its exit code and the last lines of its standard error: <c>Type: message</c>, as Python ends.
/// The order matters: a full disk and a full memory show as any type of error.
/// </summary>
internal static partial class Verdicts
{
    private const int EvidenceLines = 12;
    private const int EvidenceCharacters = 2000;
    private const long NoSpace = 1 << 20;

    /// <summary>Faults of the job's own files and settings.</summary>
    private static readonly string[] InputTypes =
    [
        "ValueError", "KeyError", "TypeError", "FileNotFoundError", "OSError", "PermissionError", "NotImplementedError", "JSONDecodeError", "UnicodeDecodeError",
        "DatasetGenerationError", "SafetensorError", "ImportError", "ModuleNotFoundError", "PackageNotFoundError", "ScannerError", "ParserError", "HFValidationError",
    ];

    public static Failure Of(TrainerEnd end)
    {
        var lines = end.ErrorTail.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (type, message, hint) = LastError(lines);
        var advice = Advice.For(message);
        return Decide(end, type, message, hint ?? advice, isKnown: advice is not null) with { Evidence = Evidence(lines) };
    }

    /// <param name="isKnown">What to change is known, so that its type, which may be that of any failure, says nothing.</param>
    private static Failure Decide(TrainerEnd end, string? type, string message, string? hint, bool isKnown)
    {
        var text = end.ErrorTail;
        if (NoDiskWords().IsMatch(text) || end.FreeDiskBytes < NoSpace)
        {
            return new Failure(
                "disk_full", "The host's disk is full. Free space in the work folder and submit the job again.", FailureKind.BadInput);
        }

        if (NoMemoryWords().IsMatch(text))
        {
            return new Failure("out_of_memory", $"Training does not fit into the host's memory: {message}", FailureKind.OutOfMemory);
        }

        if (NotFiniteWords().Match(message) is { Success: true })
        {
            return new Failure(
                "loss_not_finite", $"{message} Lower learning_rate, raise warmup_ratio, or look for damaged samples and weights.", FailureKind.BadInput);
        }

        return end.ExitCode switch
        {
            null => new Failure("trainer_vanished", "The trainer is gone and left no exit code: it was killed with its supervisor, or the host was restarted.", FailureKind.Transient),
            _ when RankKilledWords().IsMatch(text) => new Failure(
                "trainer_killed", "One of the trainer's processes was killed from outside (SIGKILL); the system does that, too, when memory runs out.", FailureKind.Transient),
            137 => new Failure("trainer_killed", "The trainer was killed from outside (SIGKILL); the system does that, too, when memory runs out.", FailureKind.Transient),
            143 when text.Contains("time limit", StringComparison.Ordinal) =>
                new Failure("time_limit", "Training was ended at the job's deadline. Raise budget.deadline to give it more time.", FailureKind.Budget),
            143 or 130 => new Failure("trainer_stopped", "The trainer was asked to end from outside.", FailureKind.Transient),
            126 or 127 => new Failure("trainer_missing", $"The trainer could not be started: {message}", FailureKind.BadInput),
            > 128 => new Failure("trainer_crashed", $"The trainer crashed (signal {end.ExitCode - 128}).", FailureKind.Internal),
            _ when type is not null && (isKnown || InputTypes.Contains(type[(type.LastIndexOf('.') + 1)..])) =>
                new Failure("training_refused", hint is null ? message : $"{message} {hint}", FailureKind.BadInput),
            _ => new Failure("trainer_failed", $"The trainer ended with exit code {end.ExitCode}: {type ?? "no message"}{(type is null ? "" : ": " + message)}", FailureKind.Internal),
        };
    }

    /// <summary>The last line of the form <c>Type: message</c>; progress bars and warnings of the shutdown may follow it, a hint may stand before it.</summary>
    private static (string? Type, string Message, string? Hint) LastError(string[] lines)
    {
        for (var i = lines.Length - 1; i >= 0; i--)
        {
            if (ErrorLine().Match(lines[i]) is { Success: true } error && !LauncherLine().IsMatch(lines[i]))
            {
                var before = i > 0 ? lines[i - 1] : "";
                var hint = HintLine().IsMatch(before) ? before : null;
                return (error.Groups[1].Value, error.Groups[2].Value, hint);
            }
        }

        return (null, lines.LastOrDefault() ?? "it wrote nothing", null);
    }

    private static string? Evidence(string[] lines)
    {
        var text = string.Join('\n', lines.TakeLast(EvidenceLines));
        return text.Length == 0 ? null : text[Math.Max(0, text.Length - EvidenceCharacters)..];
    }

    /// <summary>What starts a process for each card ends with an error of its own, under that of the process.</summary>
    [GeneratedRegex(@"CalledProcessError|ChildFailedError")]
    private static partial Regex LauncherLine();

    [GeneratedRegex(@"Signal 9 \(SIGKILL\) received by PID|exitcode\s*:\s*-9\b")]
    private static partial Regex RankKilledWords();

    /// <summary>Several processes put their number before each line.</summary>
    [GeneratedRegex(@"^(?:\[rank\d+\]:\s*)?((?:[A-Za-z_]\w*\.)*(?:[A-Z]\w*)?(?:Error|Exception|Interrupt))\s*:\s*(.*)$")]
    private static partial Regex ErrorLine();

    /// <summary>A sentence of advice, not a frame of a stack trace, a progress bar or a log line.</summary>
    [GeneratedRegex(@"^[A-Z`'][^|\[]{15,}\.$")]
    private static partial Regex HintLine();

    [GeneratedRegex(@"No space left on device|Errno 28|os error 28|Disk quota exceeded", RegexOptions.IgnoreCase)]
    private static partial Regex NoDiskWords();

    [GeneratedRegex(@"out of memory|can't allocate memory|cannot allocate memory|OutOfMemory|MemoryError|std::bad_alloc|can't start new thread|CUBLAS_STATUS_ALLOC_FAILED", RegexOptions.IgnoreCase)]
    private static partial Regex NoMemoryWords();

    [GeneratedRegex(@"\b(?:loss|gradient norm|grad_norm) is (?:nan|inf)", RegexOptions.IgnoreCase)]
    private static partial Regex NotFiniteWords();
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Training.Trainers.Builtin;

/// <summary>
/// What an end without success means, from exit code and the last lines of standard error (<c>Type: message</c>, as LLaMA-Factory ends).
/// Source: its recorded failures, 2026-11-24.
/// </summary>
internal static class Verdicts
{
    private const int EvidenceLines = 15;

    private static readonly string[] Memory =
        ["out of memory", "can't allocate memory", "cannot allocate memory", "OutOfMemoryError", "OutOfMemoryException", "not enough memory"];

    private static readonly string[] Disk = ["No space left on device", "Errno 28", "os error 28", "not enough space on the disk", "disk full"];

    public static StageException Explain(int? exitCode, string standardError)
    {
        var lines = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var last = lines.LastOrDefault() ?? "It wrote nothing to standard error.";
        var evidence = string.Join('\n', lines.TakeLast(EvidenceLines));
        StageException As(string code, string message, FailureKind kind) =>
            new(new Failure(code, message, kind) { Evidence = evidence.Length > 0 ? evidence : null });

        if (exitCode is null or 137 or 143)
        {
            // Killed by somebody, by the kernel for want of memory, or with its host: the last committed checkpoint is where it goes on.
            return As("trainer_killed", "The trainer was ended from outside; training goes on from the last committed checkpoint.", FailureKind.Transient);
        }

        if (Contains(standardError, Memory))
        {
            return As("out_of_memory", $"Training does not fit into memory: {last}", FailureKind.OutOfMemory);
        }

        if (Contains(standardError, Disk))
        {
            return As("disk_full", "The disk of the host is full. Free space there, or raise hyperparameters.save_steps; the last committed checkpoint is kept.", FailureKind.BadInput);
        }

        if (last.Contains("nan", StringComparison.OrdinalIgnoreCase) && last.Contains("loss", StringComparison.OrdinalIgnoreCase))
        {
            return As("loss_not_finite", $"{last} Lower hyperparameters.learning_rate, or look for broken samples; the last committed checkpoint is kept.", FailureKind.BadInput);
        }

        if (exitCode is 134 or 136 or 139)
        {
            return As("trainer_crashed", $"The trainer crashed (exit code {exitCode}).", FailureKind.Internal);
        }

        var colon = last.IndexOf(": ", StringComparison.Ordinal);
        var told = colon > 0 && last[..colon] is var type && type.EndsWith("Error", StringComparison.Ordinal) && !type.Contains(' ', StringComparison.Ordinal);
        return told
            ? As("trainer_refused", $"The trainer refused the job: {last[(colon + 2)..]}", FailureKind.BadInput)
            : As("trainer_failed", $"The trainer ended with exit code {exitCode}: {last}", FailureKind.Internal);
    }

    private static bool Contains(string text, string[] parts) => parts.Any(part => text.Contains(part, StringComparison.OrdinalIgnoreCase));
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation.Running;

/// <summary>What the end of an engine means for the stage. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class EngineFailures
{
    private const int EvidenceLines = 12;

    /// <summary>What the supervisor writes under the engine's last line.</summary>
    private const string TimeLimitWords = "finetune-supervise: ended at the time limit";

    /// <param name="name">What ran, for people.</param>
    /// <param name="exitCode">null if it vanished without leaving one.</param>
    /// <param name="standardError">The end of its standard error.</param>
    public static StageException Explain(string name, int? exitCode, string standardError)
    {
        var lines = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var evidence = string.Join('\n', lines.TakeLast(EvidenceLines));
        var last = lines.LastOrDefault() ?? "it wrote nothing";
        if (standardError.Contains(TimeLimitWords, StringComparison.Ordinal))
        {
            return Failed("time_limit", $"The engine was ended at its time limit while {name}: raise Evaluation:TimeLimit, or ask fewer questions.", FailureKind.BadInput, evidence);
        }

        if (exitCode is null or 137 or 143)
        {
            return Failed("engine_killed", $"The engine was ended from outside (by a person, or by the system for want of memory) while {name}.", FailureKind.Transient, evidence);
        }

        if (IsDiskFull(standardError))
        {
            return Failed("disk_full", $"The host's disk is full while {name}: free space in its work folder and try again.", FailureKind.BadInput, evidence);
        }

        // Not the kind OutOfMemory, which changes how the model is trained.
        if (IsOutOfMemory(standardError))
        {
            return Failed("out_of_memory", $"The host's memory does not suffice for {name}: lower Evaluation:BatchSize.", FailureKind.BadInput, evidence);
        }

        return exitCode is 134 or 136 or 139
            ? Failed("engine_crashed", $"The engine crashed (exit code {exitCode}) while {name}.", FailureKind.Internal, evidence)
            : Failed("engine_failed", $"The engine ended with exit code {exitCode} while {name}: {last}", FailureKind.Internal, evidence);
    }

    private static bool IsDiskFull(string text) =>
        text.Contains("No space left on device", StringComparison.OrdinalIgnoreCase) || text.Contains("Errno 28", StringComparison.Ordinal);

    private static bool IsOutOfMemory(string text) =>
        text.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || text.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || text.Contains("OutOfMemoryException", StringComparison.Ordinal);

    private static StageException Failed(string code, string message, FailureKind kind, string evidence) =>
        new(new Failure(code, message, kind) { Evidence = evidence.Length > 0 ? evidence : null });
}

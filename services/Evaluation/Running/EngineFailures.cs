using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Evaluation.Running;

/// <summary>What the end of the trainer means for the stage. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class EngineFailures
{
    /// <param name="name">What ran, for people.</param>
    public static StageException Explain(string name, RunEnd end)
    {
        var (code, message, kind) = end switch
        {
            { HitTimeLimit: true } => (
                "time_limit", $"The engine was ended at its time limit while {name}: raise Evaluation:TimeLimit, or ask fewer questions.", FailureKind.BadInput),
            { WasKilled: true } => (
                "engine_killed", $"The engine was ended from outside (by a person, or by the system for want of memory) while {name}.", FailureKind.Transient),
            _ when IsDiskFull(end.ErrorTail) => (
                "disk_full", $"The host's disk is full while {name}: free space in its work folder and try again.", FailureKind.BadInput),

            // Not the kind OutOfMemory, which changes how the model is trained.
            { RanOutOfMemory: true } => (
                "out_of_memory", $"The host's memory does not suffice for {name}: lower Evaluation:BatchSize.", FailureKind.BadInput),
            { Crashed: true } => ("engine_crashed", $"The engine crashed (exit code {end.ExitCode}) while {name}.", FailureKind.Internal),
            _ => (
                "engine_failed", $"The engine ended with exit code {end.ExitCode} while {name}: {end.LastLine ?? "it wrote nothing"}", FailureKind.Internal),
        };
        return new StageException(new Failure(code, message, kind) { Evidence = end.Evidence });
    }

    private static bool IsDiskFull(string text) =>
        text.Contains("No space left on device", StringComparison.OrdinalIgnoreCase) || text.Contains("Errno 28", StringComparison.Ordinal);
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Conversion.Running;

/// <summary>What the end of <c>finetune-model</c> means for the stage. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class EngineFailures
{
    /// <param name="doing">What it did, for people.</param>
    public static StageException Explain(string doing, RunEnd end)
    {
        var (engineCode, reason) = EngineAnswer.ErrorOf(end.LastLine ?? "it wrote nothing.");
        var (code, message, kind) = end switch
        {
            { HitTimeLimit: true } =>
                ("time_limit", $"finetune-model was ended at its time limit while {doing}: raise Conversion:TimeLimit.", FailureKind.BadInput),
            { WasKilled: true } =>
                ("engine_killed", $"finetune-model was ended from outside (by a person, or by the system for want of memory) while "
                    + $"{doing}.", FailureKind.Transient),
            { ExitCode: 3 } => ("model_unusable", $"finetune-model refused its input while {doing}: {reason}", FailureKind.BadInput),
            { ExitCode: 4 } => (
                engineCode ?? "disk_full",
                $"The host could not write while {doing}: {reason} Free space in its work folder, or make it writable, and submit the job again.",
                FailureKind.BadInput),
            { Crashed: true } => (
                "engine_crashed", $"finetune-model crashed (exit code {end.ExitCode}) while {doing}; the last lines of its log are kept.", FailureKind.Internal),
            _ => ("engine_failed", $"finetune-model ended with exit code {end.ExitCode} while {doing}: {reason}", FailureKind.Internal),
        };
        return new StageException(new Failure(code, message, kind) { Evidence = end.Evidence });
    }
}

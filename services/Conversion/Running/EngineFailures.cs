using System.Text.Json;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Conversion.Running;

/// <summary>What the end of <c>finetune-model</c> means for the stage. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class EngineFailures
{
    private const int EvidenceLines = 12;

    /// <summary>What the supervisor writes under the engine's last line.</summary>
    private const string TimeLimitWords = "finetune-supervise: ended at the time limit";

    /// <param name="doing">What it did, for people.</param>
    /// <param name="exitCode">null if it vanished without leaving one.</param>
    /// <param name="standardError">The end of its standard error.</param>
    public static StageException Explain(string doing, int? exitCode, string standardError)
    {
        var lines = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (engineCode, reason) = Reason(lines.LastOrDefault());
        var (code, message, kind) = exitCode switch
        {
            _ when standardError.Contains(TimeLimitWords, StringComparison.Ordinal) =>
                ("time_limit", $"finetune-model was ended at its time limit while {doing}: raise Conversion:TimeLimit.", FailureKind.BadInput),
            null or 137 or 143 => ("engine_killed", $"finetune-model was ended from outside (by a person, or by the system for want of memory) while {doing}.", FailureKind.Transient),
            3 => ("model_unusable", $"finetune-model refused its input while {doing}: {reason}", FailureKind.BadInput),
            4 => (engineCode ?? "disk_full", $"The host could not write while {doing}: {reason} Free space in its work folder, or make it writable, and submit the job again.", FailureKind.BadInput),
            134 or 136 or 139 => ("engine_crashed", $"finetune-model crashed (exit code {exitCode}) while {doing}; the last lines of its log are kept.", FailureKind.Internal),
            _ => ("engine_failed", $"finetune-model ended with exit code {exitCode} while {doing}: {reason}", FailureKind.Internal),
        };
        var evidence = string.Join('\n', lines.TakeLast(EvidenceLines));
        return new StageException(new Failure(code, message, kind) { Evidence = evidence.Length > 0 ? evidence : null });
    }

    /// <summary>Code and message inside the engine's last line, or the line itself if it is none of its own.</summary>
    private static (string? Code, string Message) Reason(string? line)
    {
        if (line is null)
        {
            return (null, "it wrote nothing.");
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            var error = json.RootElement.GetProperty("error");
            return (error.GetProperty("code").GetString(), error.GetProperty("message").GetString() ?? line);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (null, line);
        }
    }
}

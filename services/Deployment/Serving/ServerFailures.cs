using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>What it means that a model server ended before it listened. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class ServerFailures
{
    private const int EvidenceLines = 12;

    public static StageException Explain(ServedModel model, RunLook look, string standardError)
    {
        var (code, message, kind) = (look.State, look.ExitCode) switch
        {
            (not RunState.Exited, _) or (_, 137 or 143) =>
                ("server_killed", "The model server was ended from outside before it listened.", FailureKind.Transient),
            (_, 3) => ("model_unusable", "The model server refused the file.", FailureKind.BadInput),
            (_, 4) => ("disk_full", "The disk is full or not writable for the model server: free space and submit the job again.", FailureKind.BadInput),
            (_, 5) => ("port_taken", $"Port {model.Port} is in use by another program: choose another deploy.port, or 0 for a free one.", FailureKind.BadInput),
            (_, 134 or 136 or 139) => ("server_crashed", $"The model server crashed (exit code {look.ExitCode}) before it listened.", FailureKind.Internal),
            _ => ("server_failed", $"The model server ended with exit code {look.ExitCode} before it listened.", FailureKind.Internal),
        };
        var lines = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(EvidenceLines);
        var evidence = string.Join('\n', lines);
        return new StageException(new Failure(code, message, kind) { Evidence = evidence.Length > 0 ? evidence : null });
    }
}

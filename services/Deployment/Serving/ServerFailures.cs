using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>What it means that a model server ended before it listened. Exit codes: <c>services/Engines/README.md</c>.</summary>
internal static class ServerFailures
{
    public static StageException Explain(ServedModel model, RunEnd end)
    {
        var (code, message, kind) = end switch
        {
            { WasKilled: true } =>
                ("server_killed", "The model server was ended from outside before it listened.", FailureKind.Transient),
            { ExitCode: 3 } => ("model_unusable", "The model server refused the file.", FailureKind.BadInput),
            { ExitCode: 4 } => ("disk_full", "The disk is full or not writable for the model server: free space and submit the job again.", FailureKind.BadInput),
            { ExitCode: 5 } => ("port_taken", $"Port {model.Port} is in use by another program: choose another deploy.port, or 0 for a free one.", FailureKind.BadInput),
            { Crashed: true } => ("server_crashed", $"The model server crashed (exit code {end.ExitCode}) before it listened.", FailureKind.Internal),
            _ => ("server_failed", $"The model server ended with exit code {end.ExitCode} before it listened.", FailureKind.Internal),
        };
        return new StageException(new Failure(code, message, kind) { Evidence = end.Evidence });
    }
}

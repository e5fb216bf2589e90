using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Storage;

/// <summary>A stored manifest that cannot be one: not JSON, a path that leaves its folder, a file named twice. Never worth a retry.</summary>
public sealed class ManifestInvalidException(string message, Exception? inner = null) : Exception(message, inner), IStageFault
{
    public Failure Failure => new("artifact_unusable", Message, FailureKind.Internal);
}

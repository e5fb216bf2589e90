using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Storage;

/// <summary>The store does not have this blob.</summary>
public sealed class ArtifactMissingException(string sha256) : IOException($"The artifact store has no blob {sha256}."), IStageFault
{
    public string Sha256 { get; } = sha256;

    /// <summary>What is gone does not come back by trying again.</summary>
    public Failure Failure => new("artifact_unusable", Message, FailureKind.Internal);
}

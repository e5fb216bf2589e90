using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Storage;

/// <summary>The stored bytes do not hash to their name: the disk or the store changed them.</summary>
public sealed class ArtifactCorruptException(string sha256, string actual)
    : IOException($"The blob {sha256} is damaged: its bytes hash to {actual}. Delete it and fetch it again."), IStageFault
{
    public string Sha256 { get; } = sha256;

    /// <summary>Reading it again gives the same bytes.</summary>
    public Failure Failure => new("artifact_unusable", Message, FailureKind.Internal);
}

namespace FineTunePipeline.Storage;

/// <summary>The store does not have this blob.</summary>
public sealed class ArtifactMissingException(string sha256) : IOException($"The artifact store has no blob {sha256}.")
{
    public string Sha256 { get; } = sha256;
}

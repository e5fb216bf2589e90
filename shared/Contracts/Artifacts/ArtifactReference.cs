namespace FineTunePipeline.Contracts.Artifacts;

/// <summary>Bytes in the store, named by their digest.</summary>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length.</param>
public sealed record ArtifactReference(string Sha256, long Bytes)
{
    /// <summary>How a job file names an artifact: <c>artifact:</c> and the digest.</summary>
    public const string UriPrefix = "artifact:";

    public string ToUri() => UriPrefix + Sha256;
}

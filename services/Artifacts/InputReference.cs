using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts;

/// <summary>What a job file names: a local path, or <c>artifact:</c> and a digest. Exactly one of the two is set.</summary>
internal readonly record struct InputReference(string? LocalPath, string? Sha256)
{
    public bool IsArtifact => Sha256 is not null;

    /// <summary>Null if the text is neither an absolute path nor a well-formed digest.</summary>
    public static InputReference? Parse(string text)
    {
        text = text.Trim();
        if (text.StartsWith(ArtifactReference.UriPrefix, StringComparison.Ordinal))
        {
            var sha256 = text[ArtifactReference.UriPrefix.Length..];
            return Digests.IsSha256(sha256) ? new InputReference(null, sha256) : null;
        }

        return Path.IsPathFullyQualified(text) && !text.Contains('\0') ? new InputReference(Path.GetFullPath(text), null) : null;
    }

    /// <summary>The parts of a comma-separated list; a path that itself has a comma is one part if such a file exists.</summary>
    public static IReadOnlyList<string> Split(string text) =>
        File.Exists(text.Trim()) ? [text.Trim()] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => LocalPath ?? ArtifactReference.UriPrefix + Sha256;
}

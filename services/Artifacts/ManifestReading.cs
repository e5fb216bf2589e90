using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts;

/// <summary>Tells manifests from other blobs.</summary>
internal static class ManifestReading
{
    private const long LargestManifest = 16L << 20;

    /// <summary>The manifest, or null if the bytes are something else.</summary>
    public static async Task<Manifest?> TryLoadAsync(IArtifactStore store, ArtifactReference reference, CancellationToken cancellationToken)
    {
        if (reference.Bytes > LargestManifest)
        {
            return null;
        }

        try
        {
            return await store.LoadManifestAsync(reference, cancellationToken);
        }
        catch (ManifestInvalidException)
        {
            return null;
        }
    }
}

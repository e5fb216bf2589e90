using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Hosts.Artifacts;

/// <summary>Brings folders from the artifact store to a host and back, each file verified where it arrives.</summary>
public static class HostArtifacts
{
    /// <summary>
    /// Puts every file of a manifest below a folder on the host. A file that is there with the right digest is left alone; each file that was copied is
    /// hashed again on the host. A call after one that broke off goes on where that stopped.
    /// </summary>
    /// <exception cref="ArtifactCorruptException">What arrived is not what the manifest says.</exception>
    /// <exception cref="ManifestInvalidException">The manifest names a path outside its folder.</exception>
    public static async Task<Manifest> PlaceAsync(
        this IComputeHost host, IArtifactStore store, ArtifactReference reference, string folder, CancellationToken cancellationToken)
    {
        var manifest = await store.LoadManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        var files = manifest.Files.Select(file => new HostUpload
        {
            Path = $"{folder}/{file.Path}",
            Bytes = file.Bytes,
            Sha256 = file.Sha256,
            OpenAsync = token => store.OpenAsync(file.Sha256, token),
        });
        await host.UploadAsync([.. files], progress: null, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    /// <summary>Stores the files of a folder on the host and the manifest of them; each is hashed on both sides.</summary>
    /// <param name="kind">See <see cref="Manifest.Kind"/>.</param>
    /// <param name="include">Which paths to take.</param>
    /// <exception cref="IOException">A file changed while it was read.</exception>
    public static async Task<ArtifactReference> CollectAsync(
        this IComputeHost host, IArtifactStore store, string folder, string kind, Func<string, bool> include, CancellationToken cancellationToken)
    {
        var files = new List<ManifestFile>();
        foreach (var file in (await host.ListAsync(folder, cancellationToken).ConfigureAwait(false)).Where(file => include(file.Path)))
        {
            var path = $"{folder}/{file.Path}";
            var content = await host.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                var stored = await store.PutAsync(content, cancellationToken).ConfigureAwait(false);
                var there = await host.HashAsync(path, cancellationToken).ConfigureAwait(false);
                if (there != stored.Sha256)
                {
                    throw new IOException($"The file {path} changed while it was read: it hashes to {there} now, and {stored.Sha256} was stored.");
                }

                files.Add(new ManifestFile(file.Path, stored.Bytes, stored.Sha256));
            }
        }

        return await store.PutManifestAsync(new Manifest { Kind = kind, Files = files }, cancellationToken).ConfigureAwait(false);
    }
}

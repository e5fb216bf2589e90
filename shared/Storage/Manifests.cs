using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Storage;

/// <summary>Stores, reads and unfolds manifests: how whole folders go into an artifact store and come out of it, every byte verified.</summary>
public static class Manifests
{
    /// <summary>Far above any real model's list of files; a larger blob is not a manifest.</summary>
    private const long MaxManifestBytes = 64L << 20;

    /// <summary>Stores a value as JSON (<see cref="ContractJson"/>): manifests, statements, reports. Equal values give equal bytes.</summary>
    public static async Task<ArtifactReference> PutJsonAsync<T>(this IArtifactStore store, T value, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, ContractJson.Options));
        return await store.PutAsync(json, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a manifest, its files sorted by path, so that the same files always give the same digest.</summary>
    /// <exception cref="ManifestInvalidException">See <see cref="ManifestPaths.Check"/>.</exception>
    public static Task<ArtifactReference> PutManifestAsync(this IArtifactStore store, Manifest manifest, CancellationToken cancellationToken)
    {
        ManifestPaths.Check(manifest);
        var sorted = manifest with { Files = [.. manifest.Files.OrderBy(file => file.Path, StringComparer.Ordinal)] };
        return store.PutJsonAsync(sorted, cancellationToken);
    }

    /// <summary>Reads a manifest, verified against its digest and checked for paths that would leave their folder.</summary>
    /// <exception cref="ArtifactMissingException">The store does not have it.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes do not hash to their name.</exception>
    /// <exception cref="ManifestInvalidException">The bytes are no manifest.</exception>
    public static async Task<Manifest> LoadManifestAsync(this IArtifactStore store, ArtifactReference reference, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var stream = await store.OpenAsync(reference.Sha256, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (stream.Length > MaxManifestBytes)
            {
                throw new ManifestInvalidException($"The blob {reference.Sha256} has {stream.Length} bytes: too long for a manifest.");
            }

            var (actual, _) = await Digests.CopyAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
            if (actual != reference.Sha256)
            {
                throw new ArtifactCorruptException(reference.Sha256, actual);
            }
        }

        try
        {
            var manifest = JsonSerializer.Deserialize<Manifest>(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), ContractJson.Options)
                ?? throw new ManifestInvalidException($"The blob {reference.Sha256} is JSON null, not a manifest.");
            ManifestPaths.Check(manifest);
            return manifest;
        }
        catch (JsonException exception)
        {
            throw new ManifestInvalidException($"The blob {reference.Sha256} is not a manifest: {exception.Message}", exception);
        }
    }

    /// <summary>Stores every file below a folder (hidden ones too; links to files are followed, links to folders are not) and the manifest of them.</summary>
    /// <param name="kind">See <see cref="Manifest.Kind"/>.</param>
    /// <returns>The reference of the manifest.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static async Task<ArtifactReference> PutFolderAsync(this IArtifactStore store, string folder, string kind, CancellationToken cancellationToken)
    {
        var files = new List<ManifestFile>();
        foreach (var path in FolderFiles.Below(folder))
        {
            var stream = new FileStream(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
            await using (stream.ConfigureAwait(false))
            {
                var stored = await store.PutAsync(stream, cancellationToken).ConfigureAwait(false);
                files.Add(new ManifestFile(path, stored.Bytes, stored.Sha256));
            }
        }

        return await store.PutManifestAsync(new Manifest { Kind = kind, Files = files }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Puts every file of a manifest below a folder, each verified and renamed into place. Files that are already right (length and digest) are
    /// left alone, so a broken run goes on where it stopped; files that the manifest does not name are left alone too.
    /// </summary>
    /// <exception cref="ManifestInvalidException">A path would leave the folder, also by a link that lies there.</exception>
    public static async Task<Manifest> MaterializeAsync(this IArtifactStore store, ArtifactReference reference, string folder, CancellationToken cancellationToken)
    {
        var manifest = await store.LoadManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(folder);
        foreach (var file in manifest.Files)
        {
            RefuseLinks(folder, file.Path);
            var target = Path.Combine(folder, file.Path);
            if (!await IsRightAsync(target, file, cancellationToken).ConfigureAwait(false))
            {
                await store.DownloadAsync(file.Sha256, target, cancellationToken).ConfigureAwait(false);
            }
        }

        return manifest;
    }

    /// <summary>Reads every blob that a manifest names and hashes it again.</summary>
    /// <exception cref="ArtifactMissingException">The store lacks one.</exception>
    /// <exception cref="ArtifactCorruptException">One does not hash to its name.</exception>
    public static async Task<Manifest> VerifyAsync(this IArtifactStore store, ArtifactReference reference, CancellationToken cancellationToken)
    {
        var manifest = await store.LoadManifestAsync(reference, cancellationToken).ConfigureAwait(false);
        foreach (var file in manifest.Files)
        {
            var blob = await store.OpenAsync(file.Sha256, cancellationToken).ConfigureAwait(false);
            await using (blob.ConfigureAwait(false))
            {
                var actual = await Digests.Sha256Async(blob, cancellationToken).ConfigureAwait(false);
                if (actual != file.Sha256)
                {
                    throw new ArtifactCorruptException(file.Sha256, actual);
                }
            }
        }

        return manifest;
    }

    private static async Task<bool> IsRightAsync(string path, ManifestFile file, CancellationToken cancellationToken) =>
        new FileInfo(path) is { Exists: true } present && present.Length == file.Bytes
        && await Digests.Sha256OfFileAsync(path, cancellationToken).ConfigureAwait(false) == file.Sha256;

    private static void RefuseLinks(string folder, string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            var above = new DirectoryInfo(Path.Combine(folder, path[..slash]));
            if (above.LinkTarget is not null)
            {
                throw new ManifestInvalidException($"'{above.FullName}' is a link: '{path}' would be written outside of {folder}. Remove the link.");
            }
        }
    }
}

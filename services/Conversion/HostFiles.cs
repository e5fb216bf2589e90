using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Conversion;

/// <summary>Brings finished files of known digest from the host into the store.</summary>
internal sealed class HostFiles(IArtifactStore store)
{
    /// <summary>Copies the file unless the store has it; its bytes must hash to what the engine that wrote it said.</summary>
    /// <exception cref="IOException">They do not: the file was changed or the copy went wrong.</exception>
    public async Task<ArtifactReference> StoreAsync(IComputeHost host, string path, string sha256, long bytes, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(sha256, cancellationToken) == bytes)
        {
            return new ArtifactReference(sha256, bytes);
        }

        await using var content = await host.OpenReadAsync(path, cancellationToken);
        var stored = await store.PutAsync(content, cancellationToken);
        return stored.Sha256 == sha256
            ? stored
            : throw new IOException($"The file {path} arrived with the digest {stored.Sha256}, but the engine wrote {sha256}.");
    }
}

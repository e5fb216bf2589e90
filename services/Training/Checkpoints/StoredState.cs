using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>The <c>trainer_state.json</c> of a checkpoint, or of a result, that is in the store.</summary>
internal static class StoredState
{
    /// <summary>null if there is none, or none that can be read.</summary>
    public static async Task<CheckpointState?> ReadAsync(IArtifactStore store, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Files.FirstOrDefault(file => file.Path == CheckpointFolders.StateFile) is not { Bytes: <= CheckpointState.LargestBytes } file)
        {
            return null;
        }

        await using var stream = await store.OpenAsync(file.Sha256, cancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken);
        return CheckpointState.Read(bytes.ToArray());
    }
}

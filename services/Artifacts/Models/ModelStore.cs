using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts.Models;

/// <summary>Brings a model's files into the store, hashed while they flow.</summary>
internal sealed class ModelStore(IArtifactStore store)
{
    /// <summary>The manifest of a local folder's files.</summary>
    /// <exception cref="StageException">A file changed while it was read.</exception>
    public async Task<ArtifactReference> PutAsync(ModelFolder folder, CancellationToken cancellationToken)
    {
        var files = new List<ManifestFile>();
        foreach (var file in folder.Files)
        {
            files.Add(await PutAsync(file, cancellationToken));
        }

        return await store.PutManifestAsync(new Manifest { Kind = "model", Files = files }, cancellationToken);
    }

    private async Task<ManifestFile> PutAsync(ModelFile file, CancellationToken cancellationToken)
    {
        var before = new FileInfo(file.FullPath);
        await using var stream = new FileStream(
            file.FullPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        var stored = await store.PutAsync(stream, cancellationToken);
        var after = new FileInfo(file.FullPath);

        // Half of an old file and half of a new one is no model.
        return before.LastWriteTimeUtc == after.LastWriteTimeUtc && after.Exists && stored.Bytes == after.Length
            ? new ManifestFile(file.Name, stored.Bytes, stored.Sha256, "file:" + file.FullPath)
            : throw StageException.Transient("model_changing", $"{file.FullPath} changed while it was read; is it still being downloaded?");
    }

    /// <summary>The reference, if it is of a model's manifest whose files are all in the store with the right length; else null and a fault.</summary>
    public async Task<ArtifactReference?> FindAsync(string sha256, FaultList faults, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(sha256, cancellationToken) is not { } bytes)
        {
            faults.Add("model_missing", $"model: the store has no artifact {sha256}; upload the model again.");
            return null;
        }

        var reference = new ArtifactReference(sha256, bytes);
        if (await ManifestReading.TryLoadAsync(store, reference, cancellationToken) is not { } manifest)
        {
            faults.Add("model_manifest", $"model: the artifact {sha256} is no manifest; upload the model's folder.");
            return null;
        }

        foreach (var file in manifest.Files)
        {
            if (await store.FindAsync(file.Sha256, cancellationToken) != file.Bytes)
            {
                faults.Add("model_incomplete", $"model: the store lacks {file.Path} of the uploaded model; upload it again.");
                return null;
            }
        }

        return reference;
    }
}

using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>Proves that a result is the best checkpoint: a trainer that does not find that one again ends with its last weights, and with exit code 0.</summary>
internal sealed class BestCheckpoint(CheckpointArchive archive, IArtifactStore store)
{
    /// <param name="best">Step that the trainer names as the best.</param>
    /// <exception cref="StageException">It is another one.</exception>
    public async Task RequireAsync(string jobId, Manifest result, int? best, CancellationToken cancellationToken)
    {
        var checkpoint = best is { } step ? await archive.FindAsync(jobId, step, cancellationToken) : null;
        if (checkpoint is null)
        {
            throw StageException.Internal(
                "best_unknown", best is null ? "The trainer does not say which checkpoint was the best." : $"The checkpoint of step {best}, which was the best, is not in the store.");
        }

        var wanted = Weights(await store.LoadManifestAsync(checkpoint, cancellationToken));
        var found = Weights(result);
        if (!wanted.SequenceEqual(found))
        {
            throw StageException.Internal(
                "result_not_best",
                $"The result has other weights than the checkpoint of step {best}, which was the best.",
                $"checkpoint: {string.Join(", ", wanted)}\nresult: {string.Join(", ", found)}");
        }
    }

    private static List<string> Weights(Manifest manifest) =>
    [
        .. manifest.Files.Where(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => $"{file.Path} {file.Sha256}"),
    ];
}

using System.Globalization;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Training.Checkpoints;

/// <summary>
/// Finds checkpoints that the trainer finished while it goes on training, brings them into the store and commits them.
/// A checkpoint folder is finished when it holds <c>trainer_state.json</c>, which every trainer writes last (our own renames the whole folder into place).
/// </summary>
internal sealed class CheckpointWatch(CommittedCheckpoints committed, IArtifactStore store)
{
    private const string FolderPrefix = "checkpoint-";
    private const string LastFile = "trainer_state.json";

    /// <param name="after">Steps of the newest checkpoint that is committed already.</param>
    /// <returns>Steps of the newest checkpoint that is committed now.</returns>
    public async Task<int> CommitNewAsync(IComputeHost host, string outputFolder, int after, StageContext context, CancellationToken cancellationToken)
    {
        var files = await host.ListAsync(outputFolder, cancellationToken);
        foreach (var step in FinishedSteps(files).Where(step => step > after).Order())
        {
            var folder = $"{outputFolder}/{FolderPrefix}{step.ToString(CultureInfo.InvariantCulture)}";
            var manifest = await host.CollectAsync(store, folder, "checkpoint", _ => true, cancellationToken);
            if (!await committed.CommitAsync(context, step, manifest, cancellationToken))
            {
                throw new OperationCanceledException($"The claim of {context.JobId} is no longer current; its checkpoint {step} is not accepted.");
            }

            after = step;
            var message = new CheckpointCommitted { JobId = context.JobId, Attempt = context.Attempt, Step = step, Checkpoint = manifest };
            await context.PublishAsync(message, cancellationToken);
        }

        return after;
    }

    /// <summary>A file of a checkpoint's folder, and so no file of the result.</summary>
    public static bool IsInCheckpoint(string path) =>
        path.StartsWith(FolderPrefix, StringComparison.Ordinal) || path.StartsWith("tmp-" + FolderPrefix, StringComparison.Ordinal);

    private static IEnumerable<int> FinishedSteps(IReadOnlyList<HostFile> files)
    {
        foreach (var file in files)
        {
            if (file.Path.StartsWith(FolderPrefix, StringComparison.Ordinal) && file.Path.EndsWith("/" + LastFile, StringComparison.Ordinal)
                && int.TryParse(file.Path[FolderPrefix.Length..^(LastFile.Length + 1)], NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            {
                yield return step;
            }
        }
    }
}

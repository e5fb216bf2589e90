using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts.Questions;

/// <summary>A question file that a job names.</summary>
/// <param name="Set">taught, general, taught_fresh or general_fresh.</param>
/// <param name="Reference">Where its bytes are.</param>
internal sealed record QuestionSource(string Set, InputReference Reference)
{
    /// <summary>All question files of the job; paths that cannot be one go to <paramref name="faults"/>.</summary>
    public static IReadOnlyList<QuestionSource> Of(EvaluationSpec evaluation, FaultList faults)
    {
        var sources = new List<QuestionSource>();
        foreach (var (set, path) in ((string, string?)[])
            [
                ("taught", evaluation.Taught), ("general", evaluation.General),
                ("taught_fresh", evaluation.TaughtFresh), ("general_fresh", evaluation.GeneralFresh),
            ])
        {
            if (path is null)
            {
                continue;
            }

            if (InputReference.Parse(path) is { } reference)
            {
                sources.Add(new QuestionSource(set, reference));
            }
            else
            {
                faults.Add("questions_path", $"evaluation.{set}: '{path}' is neither an absolute path nor artifact: and 64 hexadecimal digits.");
            }
        }

        return sources;
    }

    /// <summary>The bytes with placeholders filled in; null (and a fault) if they are not there.</summary>
    public async Task<Stream?> OpenAsync(
        IArtifactStore store, IReadOnlyDictionary<string, string> variables, FaultList faults, CancellationToken cancellationToken)
    {
        if (Reference.IsArtifact)
        {
            if (await store.FindAsync(Reference.Sha256!, cancellationToken) is null)
            {
                faults.Add("questions_missing", $"evaluation.{Set}: the store has no artifact {Reference.Sha256}; upload it again.");
                return null;
            }

            return new PlaceholderStream(await store.OpenAsync(Reference.Sha256!, cancellationToken), variables);
        }

        if (!File.Exists(Reference.LocalPath))
        {
            faults.Add("questions_missing", $"evaluation.{Set}: there is no file {Reference.LocalPath}.");
            return null;
        }

        return new PlaceholderStream(File.OpenRead(Reference.LocalPath), variables);
    }
}

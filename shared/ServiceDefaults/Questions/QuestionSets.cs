using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.ServiceDefaults.Questions;

/// <summary>Reads the question files of a job from the store.</summary>
public static class QuestionSets
{
    /// <summary>Every set, in the order in which sets are asked and shown.</summary>
    public static IReadOnlyList<string> All { get; } = ["taught", "general", "taught_fresh", "general_fresh"];

    /// <summary>The sets that judge a model; the fresh ones are for the evaluation's report alone.</summary>
    public static IReadOnlyList<string> Judging { get; } = ["taught", "general"];

    /// <summary>The questions of the wanted sets, set by set, in the order of their files. A set that the job does not have is left out.</summary>
    /// <param name="files">The job's question files by set.</param>
    /// <param name="sets">Wanted sets, in the order in which they are asked.</param>
    /// <exception cref="StageException">A line is no question (kind BadInput).</exception>
    public static async Task<IReadOnlyList<Question>> LoadAsync(
        IArtifactStore store, IReadOnlyDictionary<string, ArtifactReference> files, IEnumerable<string> sets, CancellationToken cancellationToken)
    {
        var questions = new List<Question>();
        foreach (var set in sets.Where(files.ContainsKey))
        {
            await foreach (var question in ReadAsync(store, set, files[set], cancellationToken))
            {
                questions.Add(question);
            }
        }

        return questions;
    }

    private static async IAsyncEnumerable<Question> ReadAsync(
        IArtifactStore store, string set, ArtifactReference file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenAsync(file.Sha256, cancellationToken);
        using var reader = new StreamReader(stream);
        var number = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(set, number, line);
            }
        }
    }

    private static Question Parse(string set, int number, string line)
    {
        // Validation has read every line before; a fault here means that the file came another way.
        try
        {
            var parsed = QuestionLine.Parse(line) ?? throw new JsonException("It is null.");
            return new Question(set, parsed.Id ?? $"{set}-{number}", parsed.Prompt, parsed.Expect, parsed.Match);
        }
        catch (JsonException exception)
        {
            throw StageException.BadInput("question_invalid", $"Line {number} of the questions '{set}' cannot be read: {exception.Message}");
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Evaluation.Questions;

/// <summary>Reads the question files of a job from the store.</summary>
internal static class QuestionSets
{
    /// <summary>The order in which sets are asked and shown.</summary>
    internal static readonly string[] Names = ["taught", "general", "taught_fresh", "general_fresh"];

    /// <summary>All questions, set by set, in the order of their files.</summary>
    public static async Task<IReadOnlyList<Question>> LoadAsync(
        IArtifactStore store, IReadOnlyDictionary<string, ArtifactReference> files, CancellationToken cancellationToken)
    {
        var questions = new List<Question>();
        foreach (var set in Names.Where(files.ContainsKey))
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
            var parsed = JsonSerializer.Deserialize<Line>(line, ContractJson.Options) ?? throw new JsonException("null");
            return new Question(set, parsed.Id ?? $"{set}-{number}", parsed.Prompt, parsed.Expect, parsed.Match);
        }
        catch (JsonException exception)
        {
            throw StageException.BadInput("question_invalid", $"Line {number} of the questions '{set}' cannot be read: {exception.Message}");
        }
    }

    private sealed record Line
    {
        public string? Id { get; init; }

        public required string Prompt { get; init; }

        public required string Expect { get; init; }

        public QuestionMatch Match { get; init; } = QuestionMatch.Contains;
    }
}

using System.Text.Json;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.ServiceDefaults.Questions;

namespace FineTunePipeline.Artifacts.Questions;

/// <summary>Reads every line of a question file.</summary>
internal static class QuestionCheck
{
    private const int ShownLines = 5;
    private const int LongestLine = 64 * 1024;

    /// <summary>The number of questions; what is wrong goes to <paramref name="faults"/>, each line by its number.</summary>
    public static async Task<int> CheckAsync(QuestionSource source, Stream stream, FaultList faults, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        var wrong = new List<string>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        var questions = 0;
        while (wrong.Count <= ShownLines && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (FaultOf(line, ids) is { } fault)
            {
                wrong.Add($"line {number}: {fault}");
            }
            else
            {
                questions++;
            }
        }

        if (wrong.Count > 0)
        {
            var more = wrong.Count > ShownLines ? "; and more" : "";
            faults.Add("question_invalid", $"evaluation.{source.Set}: {source.Reference}: {string.Join("; ", wrong.Take(ShownLines))}{more}. "
                + """A line is {"id": "…", "prompt": "…", "expect": "…", "match": "contains"}.""");
        }
        else if (questions == 0)
        {
            faults.Add("questions_empty", $"evaluation.{source.Set}: {source.Reference} holds no question; add lines or remove the key.");
        }

        if (stream is PlaceholderStream { Unknown.Count: > 0 } filled)
        {
            faults.Add(
                "question_variable",
                $"evaluation.{source.Set}: {source.Reference} has {{{{{filled.Unknown.First()}}}}}, but variables names no such key; add it there.");
        }

        return questions;
    }

    private static string? FaultOf(string line, HashSet<string> ids)
    {
        if (line.Length > LongestLine)
        {
            return $"is longer than {LongestLine} characters";
        }

        QuestionLine? question;
        try
        {
            question = QuestionLine.Parse(line);
        }
        catch (JsonException exception)
        {
            var end = exception.Message.IndexOf(" Path:", StringComparison.Ordinal);
            return end < 0 ? exception.Message : exception.Message[..end];
        }

        return question switch
        {
            null => "is null",
            { Prompt: var prompt } when string.IsNullOrWhiteSpace(prompt) => "prompt is empty",
            { Expect: var expect } when !expect.Any(char.IsLetterOrDigit) => "expect has no letter or digit, so that no answer could be right",
            { Id: { } id } when !ids.Add(id) => $"the id '{id}' is there twice",
            _ => null,
        };
    }
}

using System.Text.Json;
using FineTunePipeline.ModelTools.Files;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Questions;

/// <summary>Questions as JSON lines <c>{"id": "…", "prompt": "…"}</c>; other keys are for others.</summary>
internal static class QuestionFile
{
    private const int MostQuestions = 100_000;

    /// <exception cref="EngineException">It is missing or a line is no question (exit code 3).</exception>
    public static async Task<IReadOnlyList<Question>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        InputFiles.Require(path, "The questions file");
        var questions = new List<Question>();
        var line = 0;
        await foreach (var text in File.ReadLinesAsync(path, cancellationToken))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            questions.Add(Parse(text, path, line));
            if (questions.Count > MostQuestions)
            {
                throw EngineException.BadInput("too_many_questions", $"{path} has more than {MostQuestions} questions: split it.");
            }
        }

        return questions.Count > 0 ? questions : throw EngineException.BadInput("no_questions", $"{path} has no question.");
    }

    private static Question Parse(string text, string path, int line)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var id = root.GetProperty("id");
            return new Question(id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText(), root.GetProperty("prompt").GetString() ?? "", line);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw EngineException.BadInput(
                "question_malformed", $"{path}, line {line}: expected {{\"id\": \"…\", \"prompt\": \"…\"}}. {exception.Message}", exception);
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Conversion.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ServiceDefaults.Questions;

namespace FineTunePipeline.Conversion.Questions;

/// <summary>Asks a finished file the job's questions through llama.cpp and counts the right answers.</summary>
internal sealed class FileQuestions(ModelTool tool)
{
    /// <summary>Puts the questions on the host. Ids are positions: sets may use the same ids.</summary>
    public static async Task UploadAsync(IComputeHost host, ConversionFolders folders, IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        for (var index = 0; index < questions.Count; index++)
        {
            text.Append(JsonSerializer.Serialize(new Asked(Id(index), questions[index].Prompt), ContractJson.Options)).Append('\n');
        }

        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()));
        await host.UploadAsync(bytes, folders.Questions, cancellationToken);
    }

    /// <summary>Accuracy (0 to 1) by question set.</summary>
    public async Task<IReadOnlyDictionary<string, double>> AskAsync(
        IComputeHost host, ConversionFolders folders, string type, IReadOnlyList<Question> questions, int maxTokens, CancellationToken cancellationToken)
    {
        var run = "ask-" + type;
        string[] arguments = ["ask", folders.Gguf(type), folders.Questions, "--max-tokens", maxTokens.ToString(CultureInfo.InvariantCulture)];
        await tool.ToEndAsync(host, folders, run, $"asking the {type} file", arguments, cancellationToken);
        var answers = await ReadAsync(host, $"{folders.Run(run)}/{RunFolder.Output}", cancellationToken);
        return questions
            .Select((question, index) => (question.Set, Right: IsRight(question, Id(index), answers)))
            .GroupBy(judged => judged.Set)
            .ToDictionary(set => set.Key, set => (double)set.Count(judged => judged.Right) / set.Count());
    }

    private static bool IsRight(Question question, string id, Dictionary<string, string> answers) =>
        answers.TryGetValue(id, out var answer)
            ? AnswerMatch.IsRight(question, answer)
            : throw StageException.Internal("answers_missing", $"finetune-model ask gave no answer to question {question.Set}/{question.Id}.");

    private static async Task<Dictionary<string, string>> ReadAsync(IComputeHost host, string path, CancellationToken cancellationToken)
    {
        await using var stream = await host.OpenReadAsync(path, cancellationToken);
        using var reader = new StreamReader(stream);
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            try
            {
                using var json = JsonDocument.Parse(line);
                answers[json.RootElement.GetProperty("id").GetString()!] = json.RootElement.GetProperty("answer").GetString() ?? "";
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw StageException.Internal("answers_unreadable", $"finetune-model ask wrote a line that is no answer: {exception.Message}", line);
            }
        }

        return answers;
    }

    private static string Id(int index) => index.ToString(CultureInfo.InvariantCulture);

    private sealed record Asked(string Id, string Prompt);
}

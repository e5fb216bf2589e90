using System.Text.Json;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Evaluation.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ServiceDefaults.Questions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>Lets the trainer answer all questions (<c>do_predict</c>, greedy) and reads the answers back.</summary>
internal sealed class Predictions(TrainerRuns trainer, IOptions<EvaluationOptions> options)
{
    /// <summary>The answers in the order of the questions.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(
        IComputeHost host, EvaluateModel command, AskedModel model, IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        var runFolder = EvaluationFolders.Run(command, "predict-" + model.Label);
        var output = runFolder + "/out";
        var yaml = TrainerConfig.For(command, model, QuestionFolder.AllQuestions, output)
            .Answered(options.Value.BatchSize)
            .Add("max_new_tokens", command.Spec.Evaluation.MaxNewTokens);
        var config = await TrainerRuns.UploadAsync(host, EvaluationFolders.Questions(command), $"predict-{model.Label}.yaml", yaml, cancellationToken);
        await trainer.ToEndAsync(host, command.Prepared, runFolder, config, $"asking the {model.Label} model", cancellationToken);
        return await ReadAsync(host, output + "/generated_predictions.jsonl", questions, cancellationToken);
    }

    internal static async Task<IReadOnlyList<string>> ReadAsync(
        IComputeHost host, string path, IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        await using var stream = await host.OpenReadAsync(path, cancellationToken);
        using var reader = new StreamReader(stream);
        var answers = new List<string>(questions.Count);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (answers.Count == questions.Count)
            {
                throw Unusable($"more than the {questions.Count} answers that were asked for");
            }

            answers.Add(Parse(line, answers.Count, questions[answers.Count]));
        }

        return answers.Count == questions.Count ? answers : throw Unusable($"{answers.Count} answers for {questions.Count} questions");
    }

    private static string Parse(string line, int index, Question question)
    {
        JsonElement prediction;
        try
        {
            prediction = JsonElement.Parse(line);
        }
        catch (JsonException exception)
        {
            throw Unusable($"no JSON in line {index + 1} ({exception.Message})");
        }

        var answer = Text(prediction, "predict") ?? throw Unusable($"no answer in line {index + 1}");

        // Answers carry no id: that they come in the order of the questions is checked by the text of either.
        var asked = Text(prediction, "prompt")?.Contains(question.Prompt.Trim(), StringComparison.Ordinal) ?? false;
        var label = AnswerMatch.Normalize(Text(prediction, "label") ?? "") == AnswerMatch.Normalize(question.Expect);
        return asked || label ? answer : throw Unusable($"an answer to another question in line {index + 1}, where {question.Set}/{question.Id} was asked");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static StageException Unusable(string what) =>
        new(new Failure("predictions_unusable", $"The trainer's generated_predictions.jsonl holds {what}.", FailureKind.Internal));
}

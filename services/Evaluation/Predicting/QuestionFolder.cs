using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.ServiceDefaults.Questions;

namespace FineTunePipeline.Evaluation.Predicting;

/// <summary>Puts questions on the host as data sets that the trainer reads: one of all questions, one of those whose perplexity is measured.</summary>
internal static class QuestionFolder
{
    internal const string AllQuestions = "questions";
    internal const string GeneralQuestions = "general";

    public static async Task UploadAsync(IComputeHost host, string folder, IReadOnlyList<Question> questions, CancellationToken cancellationToken)
    {
        var general = questions.Where(question => question.Set == "general").ToList();
        var info = new Dictionary<string, object> { [AllQuestions] = Entry(AllQuestions) };
        await PutAsync(host, $"{folder}/{AllQuestions}.json", questions.Select(AsSample), cancellationToken);
        if (general.Count > 0)
        {
            info[GeneralQuestions] = Entry(GeneralQuestions);
            await PutAsync(host, $"{folder}/{GeneralQuestions}.json", general.Select(AsSample), cancellationToken);
        }

        await PutAsync(host, $"{folder}/dataset_info.json", info, cancellationToken);
    }

    private static object AsSample(Question question) => new { instruction = question.Prompt, input = "", output = question.Expect };

    private static object Entry(string name) => new { file_name = name + ".json" };

    private static async Task PutAsync(IComputeHost host, string path, object value, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, ContractJson.Options));
        await host.UploadAsync(json, path, cancellationToken);
    }
}

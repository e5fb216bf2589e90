using System.Text.Json.Nodes;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>A few telling lines of the evaluation report: what is new, and what was kept.</summary>
internal static class DemoAnswers
{
    private const int PerSet = 4;

    public static async Task<IReadOnlyList<DemoAnswer>> ReadAsync(DemoResults results, CancellationToken cancellationToken)
    {
        var report = results.Files.FirstOrDefault(file => file.Result.Kind == "evaluation");
        if (report is null)
        {
            return [];
        }

        await using var stream = File.OpenRead(report.Path);
        var questions = (await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken))!["questions"]!.AsArray();
        return questions.Select(node => node!.AsObject())
            .Select(question => new DemoAnswer(
                Text(question, "set"),
                Text(question, "prompt"),
                Text(question, "before"),
                Text(question, "after"),
                question["right_before"]!.GetValue<bool>(),
                question["right_after"]!.GetValue<bool>()))
            .Where(answer => answer.Set is "taught" or "general")
            .GroupBy(answer => answer.Set)
            .OrderByDescending(set => set.Key, StringComparer.Ordinal)
            .SelectMany(Spread)
            .ToList();
    }

    /// <summary>Evenly over the set, so that neither the best nor the worst are picked.</summary>
    private static IEnumerable<DemoAnswer> Spread(IEnumerable<DemoAnswer> set)
    {
        var answers = set.ToList();
        var step = Math.Max(1, answers.Count / PerSet);
        return answers.Where((_, index) => index % step == 0).Take(PerSet);
    }

    private static string Text(JsonObject question, string key) => question[key]!.GetValue<string>().Trim();
}

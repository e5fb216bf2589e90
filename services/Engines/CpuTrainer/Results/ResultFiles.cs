using System.Text.Json;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary><c>train_results.json</c>, <c>eval_results.json</c>, <c>predict_results.json</c> and their union <c>all_results.json</c>.</summary>
internal static class ResultFiles
{
    private const int Indent = 4;

    public static string PathOf(string folder, string split) => Path.Combine(folder, $"{split}_results.json");

    public static void Write(string folder, string split, IReadOnlyList<KeyValuePair<string, object?>> metrics)
    {
        DurableFile.WriteText(PathOf(folder, split), Render(metrics));
        var all = Read(PathOf(folder, "all"));
        foreach (var (name, value) in metrics)
        {
            all[name] = value;
        }

        DurableFile.WriteText(PathOf(folder, "all"), Render(all));
    }

    private static string Render(IEnumerable<KeyValuePair<string, object?>> metrics) =>
        PythonJson.Indented(metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal), Indent);

    /// <summary>What an earlier run left; nothing if it cannot be read, it is only a summary.</summary>
    private static Dictionary<string, object?> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.EnumerateObject()
                .Where(property => property.Value.ValueKind == JsonValueKind.Number)
                .ToDictionary(property => property.Name, property => Number(property.Value), StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Whole numbers stay whole: <c>"epoch": 0</c> is written so.</summary>
    private static object? Number(JsonElement value) => value.GetRawText().All(char.IsAsciiDigit) ? value.GetInt64() : value.GetDouble();
}

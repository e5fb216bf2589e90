using System.Globalization;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>The block <c>***** train metrics *****</c> on stdout.</summary>
internal static class MetricTable
{
    public static string Text(string split, IReadOnlyList<KeyValuePair<string, object?>> metrics)
    {
        var shown = metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, Text: Show(pair.Key, pair.Value))).ToList();
        var keyWidth = shown.Max(pair => pair.Key.Length);
        var textWidth = shown.Max(pair => pair.Text.Length);
        var lines = shown.Select(pair => $"  {pair.Key.PadRight(keyWidth)} = {pair.Text.PadLeft(textWidth)}");
        return $"***** {split} metrics *****\n{string.Join('\n', lines)}";
    }

    private static string Show(string key, object? value) => value switch
    {
        double seconds when key.EndsWith("_runtime", StringComparison.Ordinal) =>
            string.Create(CultureInfo.InvariantCulture, $"{PythonNumbers.Duration(seconds)}.{(int)((seconds - Math.Floor(seconds)) * 100):00}"),
        double flos when key == "total_flos" => string.Create(CultureInfo.InvariantCulture, $"{(long)flos >> 30}GF"),
        double number => PythonNumbers.Repr(Math.Round(number, 4)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}

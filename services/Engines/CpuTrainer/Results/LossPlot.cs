using System.Globalization;
using System.Text;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>Draws a value of the history over the steps, as an SVG that any browser shows.</summary>
internal static class LossPlot
{
    private const int Width = 640;
    private const int Height = 400;
    private const int Margin = 56;
    private const int Marks = 5;

    /// <summary>Writes <c>training_KEY.svg</c>.</summary>
    /// <returns>Its path; null if there are fewer than two values.</returns>
    public static string? Write(string folder, string key, IReadOnlyList<LogEntry> history)
    {
        var points = history.Select(entry => (X: (double)entry.Step, Y: entry.Number(key))).Where(point => point.Y is { } y && double.IsFinite(y))
            .Select(point => (point.X, Y: point.Y!.Value)).ToList();
        if (points.Count < 2)
        {
            return null;
        }

        var path = Path.Combine(folder, $"training_{key}.svg");
        DurableFile.WriteText(path, Draw(key, points));
        return path;
    }

    private static string Draw(string key, List<(double X, double Y)> points)
    {
        var (left, right) = (points[0].X, points[^1].X);
        var (low, high) = (points.Min(point => point.Y), points.Max(point => point.Y));
        var text = new StringBuilder();
        text.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n"));
        text.Append(Invariant($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n"));
        for (var mark = 0; mark < Marks; mark++)
        {
            var part = mark / (Marks - 1.0);
            var (x, y) = (left + (part * (right - left)), low + (part * (high - low)));
            text.Append(Invariant($"<line x1=\"{Margin}\" x2=\"{Width - Margin}\" y1=\"{ToY(y):F1}\" y2=\"{ToY(y):F1}\" stroke=\"#ddd\"/>"));
            text.Append(Invariant($"<text x=\"{Margin - 6}\" y=\"{ToY(y) + 4:F1}\" text-anchor=\"end\">{PythonNumbers.FourDigits(y)}</text>"));
            text.Append(Invariant($"<text x=\"{ToX(x):F1}\" y=\"{Height - Margin + 18}\" text-anchor=\"middle\">{x:F0}</text>\n"));
        }

        var line = string.Join(' ', points.Select(point => Invariant($"{ToX(point.X):F1},{ToY(point.Y):F1}")));
        text.Append(Invariant($"<polyline points=\"{line}\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"2\"/>\n"));
        text.Append(Invariant($"<text x=\"{Width / 2}\" y=\"{Margin / 2}\" text-anchor=\"middle\">{key}</text>"));
        text.Append(Invariant($"<text x=\"{Width / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">step</text>\n</svg>\n"));
        return text.ToString();

        double ToX(double x) => Margin + ((x - left) / Math.Max(right - left, 1e-12) * (Width - (2 * Margin)));
        double ToY(double y) => Height - Margin - ((y - low) / Math.Max(high - low, 1e-12) * (Height - (2 * Margin)));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

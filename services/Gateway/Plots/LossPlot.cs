using System.Globalization;
using System.Security;
using System.Text;

namespace FineTunePipeline.Gateway.Plots;

/// <summary>Draws a loss curve as SVG: what was read, what it amounts to, and where another attempt went on.</summary>
internal static class LossPlot
{
    private const double Width = 860;
    private const double Height = 430;
    private const double Left = 64;
    private const double Right = 24;
    private const double Top = 48;
    private const double Bottom = 52;
    private const int Ticks = 6;

    private static readonly double[] Rounds = [1, 2, 2.5, 5, 10];

    /// <param name="title">Any text.</param>
    public static string Svg(string title, LossCurve curve)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">""");
        svg.Append("""<rect width="100%" height="100%" fill="#ffffff"/>""");
        Text(svg, Left, 26, title, "font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\"");
        if (curve.Points.Count == 0)
        {
            Text(svg, Left, Height / 2, "No loss was reported yet.", "fill=\"#59636e\"");
            return svg.Append("</svg>\n").ToString();
        }

        var scale = new Scale(curve);
        Axes(svg, scale);
        Resumes(svg, curve, scale);
        var trained = curve.Points.Where(point => point.Loss is not null).ToList();
        var losses = trained.ConvertAll(point => point.Loss!.Value);
        Line(svg, trained.Select((point, i) => (point.Step, losses[i])), scale, "#1f77b4", "stroke-opacity=\"0.35\"");
        var smoothed = LossCurve.Smooth(losses);
        Line(svg, trained.Select((point, i) => (point.Step, smoothed[i])), scale, "#1f77b4", "stroke-width=\"2\"");
        Line(svg, curve.Points.Where(point => point.EvalLoss is not null).Select(point => (point.Step, point.EvalLoss!.Value)), scale, "#d4590b", "stroke-width=\"2\" stroke-dasharray=\"5 3\"");
        Legend(svg, curve.Points.Any(point => point.EvalLoss is not null));
        return svg.Append("</svg>\n").ToString();
    }

    private static void Axes(StringBuilder svg, Scale scale)
    {
        foreach (var value in Marks(scale.Lowest, scale.Highest))
        {
            var y = scale.Y(value);
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Left}" y1="{y:0.0}" x2="{Width - Right}" y2="{y:0.0}" stroke="#e4e7eb"/>""");
            Text(svg, Left - 8, y + 4, Number(value), "text-anchor=\"end\" fill=\"#59636e\"");
        }

        foreach (var step in Marks(0, scale.Last))
        {
            Text(svg, scale.X(step), Height - Bottom + 20, Number(step), "text-anchor=\"middle\" fill=\"#59636e\"");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Left}" y1="{Height - Bottom}" x2="{Width - Right}" y2="{Height - Bottom}" stroke="#59636e"/>""");
        Text(svg, (Left + Width - Right) / 2, Height - 12, "optimizer step", "text-anchor=\"middle\" fill=\"#59636e\"");
    }

    private static void Resumes(StringBuilder svg, LossCurve curve, Scale scale)
    {
        foreach (var (attempt, step) in curve.Resumes)
        {
            var x = scale.X(step);
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{x:0.0}" y1="{Top}" x2="{x:0.0}" y2="{Height - Bottom}" stroke="#8250df" stroke-dasharray="2 3"/>""");
            Text(svg, x + 4, Top + 12, string.Create(CultureInfo.InvariantCulture, $"attempt {attempt}"), "fill=\"#8250df\"");
        }
    }

    private static void Legend(StringBuilder svg, bool evaluated) =>
        Text(svg, Width - Right, 26, evaluated ? "loss (light), smoothed, evaluation (dashed)" : "loss (light), smoothed", "text-anchor=\"end\" fill=\"#59636e\"");

    private static void Line(StringBuilder svg, IEnumerable<(int Step, double Value)> points, Scale scale, string color, string more)
    {
        var places = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{scale.X(point.Step):0.0},{scale.Y(point.Value):0.0}")));
        if (places.Length > 0)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{places}" fill="none" stroke="{color}" {more}/>""");
        }
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string more)
    {
        var shown = SecurityElement.Escape(string.Concat(text.Where(letter => !char.IsControl(letter))));
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x:0.0}" y="{y:0.0}" {more}>{shown}</text>""");
    }

    /// <summary>Round numbers inside a range, about <see cref="Ticks"/> of them.</summary>
    private static IEnumerable<double> Marks(double low, double high)
    {
        var rough = (high - low) / Ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var pace = power * Rounds.First(round => round * power >= rough * 0.999);
        for (var value = Math.Ceiling(low / pace) * pace; value <= high + (pace * 0.001); value += pace)
        {
            yield return value;
        }
    }

    private static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>From steps, which begin at 0, and losses to places on the picture. A curve of one point, or a flat one, has a range all the same.</summary>
    private sealed class Scale
    {
        public Scale(LossCurve curve)
        {
            var values = curve.Points.SelectMany(point => new[] { point.Loss, point.EvalLoss }).OfType<double>().ToList();
            Last = Math.Max(curve.Points[^1].Step, 1);
            (Lowest, Highest) = (Math.Min(0, values.Min()), values.Max());
            Highest = Highest > Lowest ? Highest : Lowest + 1;
        }

        public double Last { get; }

        public double Lowest { get; }

        public double Highest { get; }

        public double X(double step) => Left + (step / Last * (Width - Left - Right));

        public double Y(double value) => Height - Bottom - ((value - Lowest) / (Highest - Lowest) * (Height - Top - Bottom));
    }
}

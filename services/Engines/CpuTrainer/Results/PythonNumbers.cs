using System.Globalization;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>Writes numbers and times as Python does, so that files and lines look the same whichever trainer wrote them.</summary>
internal static class PythonNumbers
{
    /// <summary>Shortest text that reads back as the same double: <c>3.0</c>, <c>0.0002</c>, <c>9.5e-05</c>, <c>NaN</c>.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        // The shortest digits are the same everywhere; only the place of the point differs, so it is set here.
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        var sign = double.IsNegative(value) ? "-" : "";
        var digits = Digits(shortest);
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length > exponent + 1
            ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : $"{sign}{digits.PadRight(exponent + 1, '0')}.0";
    }

    /// <summary>Four significant digits, as <c>format(value, ".4g")</c>: <c>7.32</c>, <c>0.0003636</c>, <c>9.347e-05</c>, <c>3</c>.</summary>
    public static string FourDigits(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value == 0 ? "0" : double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var scientific = value.ToString("E3", CultureInfo.InvariantCulture);
        var split = scientific.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(split + 1)..], CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 4)
        {
            return $"{Trimmed(scientific[..split])}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return Trimmed(Math.Round((decimal)double.Parse(scientific, CultureInfo.InvariantCulture), Math.Clamp(3 - exponent, 0, 8))
            .ToString($"F{Math.Clamp(3 - exponent, 0, 8)}", CultureInfo.InvariantCulture));
    }

    /// <summary>Whole seconds as <c>0:01:46</c>, above a day as <c>1 day, 2:03:04</c>.</summary>
    public static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Floor(Math.Max(0, double.IsFinite(seconds) ? seconds : 0)));
        var days = span.Days switch { 0 => "", 1 => "1 day, ", var count => $"{count} days, " };
        return string.Create(CultureInfo.InvariantCulture, $"{days}{span.Hours}:{span.Minutes:00}:{span.Seconds:00}");
    }

    private static string Digits(string shortest)
    {
        var mantissa = shortest.Split('E')[0].TrimStart('-').Replace(".", "", StringComparison.Ordinal).Trim('0');
        return mantissa.Length == 0 ? "0" : mantissa;
    }

    private static string Trimmed(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
}

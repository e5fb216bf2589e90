using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.CpuTrainer.Arguments;

/// <summary>
/// Types an unquoted YAML scalar as OmegaConf, LLaMA-Factory's reader, does: YAML 1.1 with one difference, a number with an exponent needs no point
/// (<c>1e-3</c> is a float). So <c>no</c> is false, <c>1_000</c> is 1000, <c>010</c> is 8 and <c>1:30</c> is 90.
/// </summary>
internal static partial class YamlScalar
{
    private static readonly HashSet<string> Nulls = ["", "~", "null", "Null", "NULL"];
    private static readonly HashSet<string> Trues = ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
    private static readonly HashSet<string> Falses = ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];

    /// <returns>null, bool, long, double or string.</returns>
    public static object? Parse(string text)
    {
        if (Nulls.Contains(text))
        {
            return null;
        }

        if (Trues.Contains(text))
        {
            return true;
        }

        if (Falses.Contains(text))
        {
            return false;
        }

        return (object?)Whole(text) ?? (object?)Fraction(text) ?? text;
    }

    private static long? Whole(string text)
    {
        if (!WholePattern().IsMatch(text))
        {
            return null;
        }

        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var negative = digits[0] == '-';
        digits = digits.TrimStart('+', '-');
        var magnitude = digits switch
        {
            _ when digits.StartsWith("0b", StringComparison.Ordinal) => Digits(digits[2..], 2),
            _ when digits.StartsWith("0x", StringComparison.Ordinal) => Digits(digits[2..], 16),
            _ when digits.Contains(':', StringComparison.Ordinal) => Sexagesimal(digits),
            _ when digits.Length > 1 && digits[0] == '0' => Digits(digits[1..], 8),
            _ => Digits(digits, 10),
        };
        return negative ? -magnitude : magnitude;
    }

    /// <summary>null if the number does not fit: it is a float then.</summary>
    private static long? Digits(string digits, int radix)
    {
        long value = 0;
        foreach (var digit in digits)
        {
            var next = (value * (Int128)radix) + Convert.ToInt32(digit.ToString(), 16);
            if (next > long.MaxValue)
            {
                return null;
            }

            value = (long)next;
        }

        return value;
    }

    private static long? Sexagesimal(string digits)
    {
        Int128 value = 0;
        foreach (var part in digits.Split(':'))
        {
            value = (value * 60) + long.Parse(part, CultureInfo.InvariantCulture);
            if (value > long.MaxValue)
            {
                return null;
            }
        }

        return (long)value;
    }

    private static double? Fraction(string text)
    {
        if (!FractionPattern().IsMatch(text) && !BigDecimalPattern().IsMatch(text))
        {
            return null;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        return plain switch
        {
            ".nan" => double.NaN,
            ".inf" or "+.inf" => double.PositiveInfinity,
            "-.inf" => double.NegativeInfinity,
            _ when plain.Contains(':', StringComparison.Ordinal) => SexagesimalFraction(plain),
            _ => double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
        };
    }

    private static double SexagesimalFraction(string plain)
    {
        var sign = plain[0] == '-' ? -1 : 1;
        var value = plain.TrimStart('+', '-').Split(':').Aggregate(0.0, (sum, part) => (sum * 60) + double.Parse(part, CultureInfo.InvariantCulture));
        return sign * value;
    }

    [GeneratedRegex(@"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*(:[0-5]?[0-9])*)$")]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"^[-+]?[1-9][0-9_]*$")]
    private static partial Regex BigDecimalPattern();

    [GeneratedRegex(
        @"^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+([eE][-+][0-9]+)?"
        + @"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$")]
    private static partial Regex FractionPattern();
}

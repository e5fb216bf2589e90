using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's <c>"%s is %d" % (a, b)</c>: the conversions s, r, d, i, f, x, X and %% with width, zero fill, minus and precision.</summary>
internal static class PercentFormat
{
    private const int MaxWidth = 1000;

    public static string Apply(string format, object? arguments)
    {
        var values = arguments is TupleValue tuple ? tuple : TupleValue.Of(arguments);
        var result = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            i = ReadSpecification(format, i + 1, out var flags, out var width, out var precision, out var name);
            if (i >= format.Length)
                throw new JinjaError("incomplete format");
            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            var value = name is not null ? Named(arguments, name)
                : next < values.Count ? values[next++]
                : throw new JinjaError("not enough arguments for format string");
            var text = Convert(format[i], value, precision);
            RenderContext.Account(Math.Max(width, text.Length));
            result.Append(flags.Contains('-', StringComparison.Ordinal) ? text.PadRight(width)
                : flags.Contains('0', StringComparison.Ordinal) && format[i] is not ('s' or 'r') ? ZeroFill(text, width)
                : text.PadLeft(width));
        }

        if (next < values.Count && arguments is not (DictionaryValue or ListValue and not TupleValue))
            throw new JinjaError("not all arguments converted during string formatting");
        return result.ToString();
    }

    public static string ZeroFill(string text, int width)
    {
        var sign = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        return text.Length >= width ? text : text[..sign] + new string('0', width - text.Length) + text[sign..];
    }

    private static int ReadSpecification(string format, int i, out string flags, out int width, out int? precision, out string? name)
    {
        name = null;
        if (i < format.Length && format[i] == '(')
        {
            var close = format.IndexOf(')', i);
            if (close < 0)
                throw new JinjaError("incomplete format key");
            name = format[(i + 1)..close];
            i = close + 1;
        }

        var start = i;
        while (i < format.Length && format[i] is '-' or '0' or '+' or ' ' or '#')
            i++;
        flags = format[start..i];
        width = ReadNumber(format, ref i) ?? 0;
        precision = null;
        if (i < format.Length && format[i] == '.')
        {
            i++;
            precision = ReadNumber(format, ref i) ?? 0;
        }

        return i;
    }

    private static int? ReadNumber(string format, ref int i)
    {
        int? number = null;
        for (; i < format.Length && char.IsAsciiDigit(format[i]); i++)
        {
            number = ((number ?? 0) * 10) + (format[i] - '0');
            if (number > MaxWidth)
                throw new JinjaError($"a width above {MaxWidth} in a format");
        }

        return number;
    }

    private static object? Named(object? arguments, string name) =>
        arguments is DictionaryValue dictionary && dictionary.TryGetValue(name, out var value)
            ? value
            : throw new JinjaError($"format has no value for '{name}'");

    private static string Convert(char conversion, object? value, int? precision) => conversion switch
    {
        's' => Cut(PyFormat.ToText(value), precision),
        'r' => Cut(PyFormat.Repr(value), precision),
        'd' or 'i' => checked((long)Math.Truncate(PyValue.ToDouble(value))).ToString(CultureInfo.InvariantCulture),
        'f' => PyValue.ToDouble(value).ToString("F" + (precision ?? 6).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        'x' => PyValue.ToInteger(value, "%x").ToString("x", CultureInfo.InvariantCulture),
        'X' => PyValue.ToInteger(value, "%X").ToString("X", CultureInfo.InvariantCulture),
        _ => throw new JinjaError($"unsupported format character '{conversion}'"),
    };

    private static string Cut(string text, int? precision) => precision is { } length && length < text.Length ? text[..length] : text;
}

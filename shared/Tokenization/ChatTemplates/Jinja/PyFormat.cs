using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>How Python writes values: <c>str()</c> for output, <c>repr()</c> inside of lists and dictionaries.</summary>
internal static class PyFormat
{
    private const int MaxDepth = 100;

    public static string ToText(object? value) => value switch
    {
        string text => text,
        UndefinedValue => "",
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        switch (value)
        {
            case null:
                return "None";
            case bool flag:
                return flag ? "True" : "False";
            case long number:
                return number.ToString(CultureInfo.InvariantCulture);
            case double number:
                return Number(number);
            case string text:
                return PyText.Repr(text);
            default:
                var result = new StringBuilder();
                Append(result, value, 0);
                return result.ToString();
        }
    }

    /// <summary>The shortest text that reads back as the same number, in Python's form: <c>1.0</c>, <c>1e+16</c>, <c>1e-05</c>.</summary>
    public static string Number(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var sign = double.IsNegative(number) ? "-" : "";
        var (digits, point) = Digits(Math.Abs(number));
        if (point is > 16 or < -3)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            var exponent = point - 1;
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (point <= 0)
            return sign + "0." + new string('0', -point) + digits;
        return point >= digits.Length ? sign + digits.PadRight(point, '0') + ".0" : sign + digits[..point] + "." + digits[point..];
    }

    /// <summary>Significant digits and the place of the decimal point counted from before the first digit.</summary>
    private static (string Digits, int Point) Digits(double number)
    {
        if (number == 0)
            return ("0", 1);
        var parts = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length == 1 ? 0 : int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');
        var leadingZeros = digits.Length - significant.Length;
        return (significant.TrimEnd('0'), (dot < 0 ? digits.Length : dot) + exponent - leadingZeros);
    }

    private static void Append(StringBuilder result, object? value, int depth)
    {
        if (depth > MaxDepth)
            throw new JinjaError("a value is nested too deeply to be printed");
        var before = result.Length;
        RenderContext.Account(0);
        switch (value)
        {
            case DictionaryValue dictionary:
                AppendPairs(result, dictionary.Select(pair => (Repr(pair.Key), pair.Value)), depth);
                break;
            case NamespaceValue space:
                result.Append("<Namespace ");
                AppendPairs(result, space.Attributes.Select(pair => (PyText.Repr(pair.Key), pair.Value)), depth);
                result.Append('>');
                break;
            case ListValue list:
                var isTuple = list is TupleValue;
                result.Append(isTuple ? '(' : '[');
                for (var i = 0; i < list.Count; i++)
                {
                    result.Append(i > 0 ? ", " : "");
                    Append(result, list[i], depth + 1);
                }

                result.Append(isTuple && list.Count == 1 ? "," : "").Append(isTuple ? ')' : ']');
                break;
            case UndefinedValue:
                result.Append("Undefined");
                break;
            case FunctionValue function:
                result.Append("<function ").Append(function.Name).Append('>');
                break;
            case LoopValue:
                result.Append("<LoopContext>");
                break;
            default:
                result.Append(Repr(value));
                RenderContext.Account(result.Length - before);
                break;
        }
    }

    private static void AppendPairs(StringBuilder result, IEnumerable<(string Key, object? Value)> pairs, int depth)
    {
        result.Append('{');
        var isFirst = true;
        foreach (var (key, item) in pairs)
        {
            result.Append(isFirst ? "" : ", ").Append(key).Append(": ");
            Append(result, item, depth + 1);
            isFirst = false;
        }

        result.Append('}');
    }
}

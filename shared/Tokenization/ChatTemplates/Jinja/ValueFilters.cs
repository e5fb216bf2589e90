using System.Globalization;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Filters on numbers, on missing values and on dictionaries, and <c>tojson</c>.</summary>
internal static class ValueFilters
{
    public static void AddTo(Dictionary<string, Func<CallArguments, object?>> table)
    {
        table["default"] = table["d"] = Default;
        table["tojson"] = ToJson;
        table["int"] = ToInteger;
        table["float"] = ToFloat;
        table["abs"] = arguments => arguments.Bind("value").Required("value") switch
        {
            double number => (object)Math.Abs(number),
            var value => Math.Abs(PyValue.ToInteger(value, "the operand of abs")),
        };
        table["round"] = Round;
        table["items"] = arguments => arguments.Bind("value").Required("value") switch
        {
            DictionaryValue dictionary => ContainerMethods.Pairs(dictionary),
            UndefinedValue => new ListValue(),
            _ => throw new JinjaError("Can only get item pairs from a mapping."),
        };
        table["attr"] = arguments =>
        {
            var bound = arguments.Bind("value", "name");
            return Members.AttributeOnly(bound.Required("value"), bound.RequiredText("name"));
        };
        table["dictsort"] = SortDictionary;
    }

    private static object? Default(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "default_value", "boolean");
        var value = bound.Required("value");
        var isMissing = value is UndefinedValue || (bound.Flag("boolean") && !PyValue.IsTrue(value));
        return isMissing ? bound.Value("default_value", "") : value;
    }

    private static string ToJson(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = bound.Value("indent") switch
        {
            null => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(bound.Integer("indent", 0), 0, 100)),
        };
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (bound.Value("separators") is ListValue { Count: 2 } separators)
            (item, key) = (PyFormat.ToText(separators[0]), PyFormat.ToText(separators[1]));
        return arguments.Context.Created(
            new JsonText(indent, item, key, bound.Flag("sort_keys"), bound.Flag("ensure_ascii")).Write(bound.Required("value")));
    }

    private static object? ToInteger(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "default", "base");
        var fallback = bound.Value("default", 0L);
        switch (bound.Required("value"))
        {
            case long or bool:
                return PyValue.ToInteger(bound.Required("value"), "int");
            case double number when Math.Abs(number) < 9e18:
                return (long)number;
            case string text when ParseInteger(PyText.Trim(text), bound.Integer("base", 10)) is { } parsed:
                return parsed;
            case string text when ParseFloat(text) is { } number && Math.Abs(number) < 9e18:
                return (long)number;
            default:
                return fallback;
        }
    }

    private static long? ParseInteger(string text, long radix)
    {
        if (radix == 10)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        var digits = text.Length > 2 && text[0] == '0' && char.IsAsciiLetter(text[1]) ? text[2..] : text;
        if (radix is not (2 or 8 or 16) || digits.Length is 0 or > 60)
            return null;
        var value = 0L;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix)
                return null;
            value = checked((value * radix) + digit);
        }

        return value;
    }

    private static double? ParseFloat(string text) =>
        double.TryParse(PyText.Trim(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static object? ToFloat(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "default");
        return bound.Required("value") switch
        {
            long or double or bool => PyValue.ToDouble(bound.Required("value")),
            string text when ParseFloat(text) is { } number => number,
            _ => bound.Value("default", 0.0),
        };
    }

    private static object Round(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "precision", "method");
        var value = bound.Required("value");
        var number = PyValue.ToDouble(value);
        var precision = (int)Math.Clamp(bound.Integer("precision", 0), -15, 15);
        var scale = Math.Pow(10, precision);
        return bound.Text("method", "common") switch
        {
            "common" when value is not double && precision >= 0 => (object)PyValue.ToInteger(value, "round"),
            "common" when value is not double => (long)(Math.Round(number * scale, MidpointRounding.ToEven) / scale),
            "common" => RoundHalfToEven(number, precision, scale),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new JinjaError("method must be common, ceil or floor"),
        };
    }

    /// <summary>Python rounds the exact binary value: 42.55 is a little less, so it becomes 42.5.</summary>
    private static double RoundHalfToEven(double number, int precision, double scale)
    {
        if (!double.IsFinite(number) || Math.Abs(number) > 1e15)
            return number;
        if (precision <= 0)
            return Math.Round(number * scale, MidpointRounding.ToEven) / scale;
        var exact = number.ToString("F60", CultureInfo.InvariantCulture);
        var end = exact.IndexOf('.', StringComparison.Ordinal) + 1 + precision;
        var isTie = exact[end] == '5' && exact.AsSpan(end + 1).TrimEnd('0').IsEmpty;
        var isEven = (exact[end - 1] - '0') % 2 == 0;
        var rounded = isTie && isEven ? exact[..end] : number.ToString("F" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return double.Parse(rounded, CultureInfo.InvariantCulture);
    }

    private static ListValue SortDictionary(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "case_sensitive", "by", "reverse");
        if (bound.Required("value") is not DictionaryValue dictionary)
            throw new JinjaError("dictsort needs a dictionary");
        var place = bound.Text("by", "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new JinjaError("You can only sort by either \"key\" or \"value\""),
        };
        return SelectionFilters.Sort(
            ContainerMethods.Pairs(dictionary),
            pair => SelectionFilters.Folded(((TupleValue)pair!)[place], bound.Flag("case_sensitive")),
            bound.Flag("reverse"));
    }
}

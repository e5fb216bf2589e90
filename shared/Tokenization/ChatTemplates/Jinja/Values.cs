using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The value of a name that does not exist: empty text, false, no items; using its attributes or calling it is an error.</summary>
internal sealed class UndefinedValue(string what)
{
    /// <summary>What is missing, for the error: <c>'x' is undefined</c>.</summary>
    public string What { get; } = what;

    public JinjaError ToError() => new(What);
}

/// <summary>A list; templates cannot change it.</summary>
internal class ListValue : List<object?>
{
    public ListValue()
    {
    }

    public ListValue(IEnumerable<object?> items)
        : base(items)
    {
    }
}

/// <summary>A tuple: a list that prints with parentheses, compares apart from lists and may be a key.</summary>
internal sealed class TupleValue(IEnumerable<object?> items) : ListValue(items)
{
    public static TupleValue Of(params object?[] items) => new(items);
}

/// <summary>A dictionary in order of insertion. Keys are compared as Python does: 1, 1.0 and true are one key.</summary>
internal sealed class DictionaryValue : OrderedDictionary<object, object?>
{
    public DictionaryValue()
        : base(PyComparison.Keys)
    {
    }

    public static object Key(object? value) => value switch
    {
        null => throw new JinjaError("none cannot be a key of a dictionary here"),
        TupleValue => value,
        ListValue or DictionaryValue or NamespaceValue => throw new JinjaError($"a {PyValue.TypeName(value)} cannot be a key of a dictionary"),
        _ => value,
    };
}

/// <summary><c>namespace()</c>: the one value whose attributes templates may set.</summary>
internal sealed class NamespaceValue
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}

/// <summary>A macro, a method or a global function.</summary>
internal sealed record FunctionValue(string Name, Func<CallArguments, object?> Body);

/// <summary>Python's rules for truth, types and conversion from .NET values.</summary>
internal static class PyValue
{
    public static bool IsTrue(object? value) => value switch
    {
        null or UndefinedValue => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        ListValue list => list.Count > 0,
        DictionaryValue dictionary => dictionary.Count > 0,
        _ => true,
    };

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        UndefinedValue => "Undefined",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        TupleValue => "tuple",
        ListValue => "list",
        DictionaryValue => "dict",
        NamespaceValue => "Namespace",
        LoopValue => "LoopContext",
        _ => "function",
    };

    /// <summary>The items that a loop over the value walks; strings give their characters, dictionaries their keys.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        ListValue list => list,
        string text => PyText.CodePoints(text),
        DictionaryValue dictionary => [.. dictionary.Keys],
        UndefinedValue => [],
        _ => throw new JinjaError($"'{TypeName(value)}' object is not iterable"),
    };

    public static long Length(object? value) => value switch
    {
        string text => PyText.Length(text),
        ListValue list => list.Count,
        DictionaryValue dictionary => dictionary.Count,
        UndefinedValue => 0,
        _ => throw new JinjaError($"object of type '{TypeName(value)}' has no len()"),
    };

    public static long ToInteger(object? value, string what) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        UndefinedValue undefined => throw undefined.ToError(),
        _ => throw new JinjaError($"{what} must be an integer, not {TypeName(value)}"),
    };

    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double ToDouble(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        UndefinedValue undefined => throw undefined.ToError(),
        _ => throw new JinjaError($"must be a real number, not {TypeName(value)}"),
    };

    /// <summary>Copies a caller's value into the types that templates work on.</summary>
    public static object? FromClr(object? value, int depth = 0)
    {
        if (depth > 100)
            throw new JinjaError("a variable is nested deeper than 100 levels");
        return value switch
        {
            null or bool or long or double or string or ListValue or DictionaryValue or NamespaceValue or FunctionValue => value,
            JsonElement element => FromJson(element, depth),
            JsonNode node => FromJson(JsonSerializer.SerializeToElement(node), depth),
            char character => character.ToString(),
            float number => (double)number,
            decimal number => (double)number,
            byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
            ulong number => checked((long)number),
            IEnumerable<KeyValuePair<string, object?>> pairs => FromPairs(pairs, depth),
            IEnumerable sequence => new ListValue(sequence.Cast<object?>().Select(item => FromClr(item, depth + 1))),
            _ => throw new JinjaError($"a variable of the type {value.GetType().Name} cannot be given to a template"),
        };
    }

    public static DictionaryValue FromPairs(IEnumerable<KeyValuePair<string, object?>> pairs, int depth = 0)
    {
        var dictionary = new DictionaryValue();
        foreach (var (key, item) in pairs)
            dictionary[key] = FromClr(item, depth + 1);
        return dictionary;
    }

    private static object? FromJson(JsonElement element, int depth) => element.ValueKind switch
    {
        JsonValueKind.Object => FromPairs(element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, (object?)p.Value)), depth),
        JsonValueKind.Array => new ListValue(element.EnumerateArray().Select(item => FromClr(item, depth + 1))),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}

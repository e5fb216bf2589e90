using System.Globalization;
using System.Text;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>
/// Writes JSON the way Python's <c>json.dumps</c> does: keys in the given order, a space after colon and comma, floats as <see cref="PythonNumbers.Repr"/>
/// writes them (3.0 stays a float; System.Text.Json would write 3).
/// </summary>
internal static class PythonJson
{
    /// <summary>One line.</summary>
    public static string Line(IEnumerable<KeyValuePair<string, object?>> values) => Render(values, indent: 0, depth: 0);

    /// <summary>Indented, one value a line.</summary>
    public static string Indented(IEnumerable<KeyValuePair<string, object?>> values, int indent) => Render(values, indent, depth: 0);

    private static string Render(object? value, int indent, int depth) => value switch
    {
        null => "null",
        true => "true",
        false => "false",
        string text => Quoted(text),
        double number => PythonNumbers.Repr(number),
        float => throw new ArgumentException("Widen a float to double first, so that its digits are chosen knowingly.", nameof(value)),
        IEnumerable<KeyValuePair<string, object?>> mapping => Mapping(mapping, indent, depth),
        IEnumerable<object?> list => Block('[', ']', list.Select(item => Render(item, indent, depth + 1)), indent, depth),
        IFormattable whole => whole.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"No JSON for {value.GetType()}.", nameof(value)),
    };

    private static string Mapping(IEnumerable<KeyValuePair<string, object?>> mapping, int indent, int depth) =>
        Block('{', '}', mapping.Select(pair => $"{Quoted(pair.Key)}: {Render(pair.Value, indent, depth + 1)}"), indent, depth);

    private static string Block(char open, char close, IEnumerable<string> items, int indent, int depth)
    {
        var rendered = items.ToList();
        if (rendered.Count == 0 || indent == 0)
        {
            return open + string.Join(", ", rendered) + close;
        }

        var inner = "\n" + new string(' ', indent * (depth + 1));
        return open + inner + string.Join("," + inner, rendered) + "\n" + new string(' ', indent * depth) + close;
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}

using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The <c>tojson</c> filter as transformers replaces it: Python's <c>json.dumps</c> without HTML escapes and with non-ASCII text as it is.</summary>
internal sealed class JsonText(string? indent, string itemSeparator, string keySeparator, bool sortKeys, bool asciiOnly)
{
    private const int MaxDepth = 100;
    private readonly StringBuilder _result = new();

    public string Write(object? value)
    {
        Append(value, 0);
        return _result.ToString();
    }

    private void Append(object? value, int depth)
    {
        if (depth > MaxDepth)
            throw new JinjaError("a value is nested too deeply for tojson");
        RenderContext.Account(value is string { Length: var length } ? length : 8);
        switch (value)
        {
            case null:
                _result.Append("null");
                break;
            case bool flag:
                _result.Append(flag ? "true" : "false");
                break;
            case long number:
                _result.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                _result.Append(double.IsFinite(number) ? PyFormat.Number(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case string text:
                AppendString(text);
                break;
            case ListValue list:
                AppendItems('[', ']', list, depth, item => Append(item, depth + 1));
                break;
            case DictionaryValue dictionary:
                IReadOnlyList<object?> pairs = ContainerMethods.Pairs(dictionary);
                if (sortKeys)
                    pairs = SelectionFilters.Sort(pairs, pair => ((TupleValue)pair!)[0], reverse: false);
                AppendItems('{', '}', pairs, depth, pair => AppendPair((TupleValue)pair!, depth));
                break;
            default:
                throw new JinjaError($"Object of type {PyValue.TypeName(value)} is not JSON serializable");
        }
    }

    private void AppendPair(TupleValue pair, int depth)
    {
        AppendString(pair[0] switch
        {
            string text => text,
            bool flag => flag ? "true" : "false",
            long or double => PyFormat.Repr(pair[0]),
            _ => throw new JinjaError($"keys must be str, int, float or bool for tojson, not {PyValue.TypeName(pair[0])}"),
        });
        _result.Append(keySeparator);
        Append(pair[1], depth + 1);
    }

    private void AppendItems<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> append)
    {
        _result.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            _result.Append(i > 0 ? itemSeparator : "");
            AppendLine(depth + 1);
            append(items[i]);
        }

        if (items.Count > 0)
            AppendLine(depth);
        _result.Append(close);
    }

    private void AppendLine(int depth)
    {
        if (indent is null)
            return;
        _result.Append('\n');
        for (var i = 0; i < depth; i++)
            _result.Append(indent);
    }

    private void AppendString(string text)
    {
        _result.Append('"');
        foreach (var c in text)
        {
            var escape = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ => null,
            };
            if (escape is not null)
                _result.Append(escape);
            else if (c < ' ' || (asciiOnly && c > '\x7e'))
                _result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                _result.Append(c);
        }

        _result.Append('"');
    }
}

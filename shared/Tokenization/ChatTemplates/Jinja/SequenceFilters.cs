using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Filters on whole sequences.</summary>
internal static class SequenceFilters
{
    public static void AddTo(Dictionary<string, Func<CallArguments, object?>> table)
    {
        table["length"] = table["count"] = arguments => PyValue.Length(arguments.Bind("value").Required("value"));
        table["first"] = arguments => Items(arguments.Bind("value")) is { Count: > 0 } items ? items[0] : new UndefinedValue("the sequence has no first item");
        table["last"] = arguments => Items(arguments.Bind("value")) is { Count: > 0 } items ? items[^1] : new UndefinedValue("the sequence has no last item");
        table["list"] = arguments => arguments.Context.Created(new ListValue(Items(arguments.Bind("value"))));
        table["join"] = Join;
        table["reverse"] = Reverse;
        table["batch"] = Batch;
        table["slice"] = Slice;
    }

    private static IReadOnlyList<object?> Items(BoundArguments bound) => PyValue.Items(bound.Required("value"));

    private static string Join(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "d", "attribute");
        var separator = PyFormat.ToText(bound.Value("d", ""));
        var attribute = bound.Value("attribute");
        var result = new StringBuilder();
        var isFirst = true;
        foreach (var item in Items(bound))
        {
            var text = PyFormat.ToText(attribute is null ? item : SelectionFilters.Lookup(item, attribute));
            arguments.Context.Charge(text.Length + separator.Length);
            result.Append(isFirst ? "" : separator).Append(text);
            isFirst = false;
        }

        return result.ToString();
    }

    private static object Reverse(CallArguments arguments)
    {
        var value = arguments.Bind("value").Required("value");
        var reversed = PyValue.Items(value).Reverse();
        return value is string text ? arguments.Context.Created(string.Concat(reversed)) : arguments.Context.Created(new ListValue(reversed));
    }

    private static ListValue Batch(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "linecount", "fill_with");
        var size = CheckedCount(bound.Integer("linecount", 0));
        var result = new ListValue();
        foreach (var chunk in Items(bound).Chunk(size))
        {
            var row = new ListValue(chunk);
            while (row.Count < size && bound.Value("fill_with") is { } fill)
                row.Add(fill);
            result.Add(arguments.Context.Created(row));
        }

        return result;
    }

    private static ListValue Slice(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "slices", "fill_with");
        var slices = CheckedCount(bound.Integer("slices", 0));
        var items = Items(bound);
        var (size, longer) = Math.DivRem(items.Count, slices);
        var result = new ListValue();
        var next = 0;
        for (var i = 0; i < slices; i++)
        {
            var count = size + (i < longer ? 1 : 0);
            var row = new ListValue(items.Skip(next).Take(count));
            if (i >= longer && longer > 0 && bound.Value("fill_with") is { } fill)
                row.Add(fill);
            next += count;
            result.Add(arguments.Context.Created(row));
        }

        return result;
    }

    private static int CheckedCount(long count) =>
        count is > 0 and <= 100_000 ? (int)count : throw new JinjaError($"a count of {count} is not between 1 and 100000");
}

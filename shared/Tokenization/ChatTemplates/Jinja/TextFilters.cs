using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Filters on text; other values are turned into text first, as Jinja does.</summary>
internal static class TextFilters
{
    public static void AddTo(Dictionary<string, Func<CallArguments, object?>> table)
    {
        table["trim"] = arguments =>
        {
            var bound = arguments.Bind("value", "chars");
            return PyText.Trim(Text(bound), bound.OptionalText("chars"));
        };
        table["upper"] = arguments => Text(arguments.Bind("value")).ToUpperInvariant();
        table["lower"] = arguments => Text(arguments.Bind("value")).ToLowerInvariant();
        table["capitalize"] = arguments => PyText.Capitalize(Text(arguments.Bind("value")));
        table["title"] = arguments => PyText.TitleFilter(Text(arguments.Bind("value")));
        table["string"] = table["safe"] = arguments => Text(arguments.Bind("value"));
        table["escape"] = table["e"] = table["forceescape"] = Escape;
        table["replace"] = Replace;
        table["indent"] = Indent;
        table["center"] = Center;
        table["format"] = arguments => arguments.Context.Created(PercentFormat.Apply(
            PyFormat.ToText(arguments.Positional[0]),
            arguments.Named.Count > 0 ? PyValue.FromPairs(arguments.Named) : new TupleValue(arguments.Positional.Skip(1))));
        table["wordcount"] = arguments => (long)StringMethods.SplitWords(Text(arguments.Bind("value"))).Count;
        table["truncate"] = Truncate;
        table["urlencode"] = arguments => Uri.EscapeDataString(Text(arguments.Bind("value"))).Replace("%2F", "/", StringComparison.Ordinal);
    }

    private static string Text(BoundArguments bound) => PyFormat.ToText(bound.Required("value"));

    private static string Escape(CallArguments arguments)
    {
        var text = Text(arguments.Bind("value"))
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal);
        return arguments.Context.Created(text);
    }

    private static string Replace(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "old", "new", "count");
        var count = bound.Value("count") is null ? -1 : bound.Integer("count", -1);
        return StringMethods.Replace(
            Text(bound), PyFormat.ToText(bound.Required("old")), PyFormat.ToText(bound.Required("new")), count, arguments.Context);
    }

    private static string Indent(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "width", "first", "blank");
        var prefix = bound.Value("width", 4L) is string given ? given : new string(' ', CheckedWidth(bound.Integer("width", 4)));
        var lines = PyText.SplitLines(bound.RequiredText("value") + "\n");
        var result = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            result.Append(i > 0 ? "\n" : "");
            if (i == 0 ? bound.Flag("first") : lines[i].Length > 0 || bound.Flag("blank"))
                result.Append(prefix);
            result.Append(lines[i]);
            arguments.Context.Charge(prefix.Length + lines[i].Length + 1);
        }

        return result.ToString();
    }

    private static string Center(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "width");
        return StringMethods.Center(Text(bound), CheckedWidth(bound.Integer("width", 80)), ' ');
    }

    private static string Truncate(CallArguments arguments)
    {
        var bound = arguments.Bind("value", "length", "killwords", "end", "leeway");
        var text = Text(bound);
        var (length, end) = (bound.Integer("length", 255), bound.Text("end", "..."));
        if (text.Length <= length + bound.Integer("leeway", 5))
            return text;
        var cut = text[..(int)Math.Max(0, Math.Min(text.Length, length - end.Length))];
        if (!bound.Flag("killwords") && cut.LastIndexOf(' ') is >= 0 and var space)
            cut = cut[..space];
        return cut + end;
    }

    private static int CheckedWidth(long width) =>
        width <= 10_000 ? (int)Math.Max(0, width) : throw new JinjaError("a width above 10000");
}

using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's methods of strings.</summary>
internal static class StringMethods
{
    private static readonly Dictionary<string, Func<string, CallArguments, object?>> Table = new(StringComparer.Ordinal)
    {
        ["upper"] = (text, arguments) => NoArguments(arguments, text.ToUpperInvariant()),
        ["lower"] = (text, arguments) => NoArguments(arguments, text.ToLowerInvariant()),
        ["casefold"] = (text, arguments) => NoArguments(arguments, text.ToLowerInvariant()),
        ["swapcase"] = (text, arguments) => NoArguments(
            arguments, string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)))),
        ["capitalize"] = (text, arguments) => NoArguments(arguments, PyText.Capitalize(text)),
        ["title"] = (text, arguments) => NoArguments(arguments, PyText.TitleMethod(text)),
        ["strip"] = (text, arguments) => PyText.Trim(text, arguments.Bind("chars").OptionalText("chars")),
        ["lstrip"] = (text, arguments) => PyText.TrimStart(text, arguments.Bind("chars").OptionalText("chars")),
        ["rstrip"] = (text, arguments) => PyText.TrimEnd(text, arguments.Bind("chars").OptionalText("chars")),
        ["startswith"] = (text, arguments) => Affix(text, arguments, (part, affix) => part.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (text, arguments) => Affix(text, arguments, (part, affix) => part.EndsWith(affix, StringComparison.Ordinal)),
        ["removeprefix"] = (text, arguments) =>
            arguments.Bind("prefix").RequiredText("prefix") is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
        ["removesuffix"] = (text, arguments) =>
            arguments.Bind("suffix").RequiredText("suffix") is var suffix && text.EndsWith(suffix, StringComparison.Ordinal)
                ? text[..^suffix.Length] : text,
        ["split"] = (text, arguments) => Split(text, arguments, fromEnd: false),
        ["rsplit"] = (text, arguments) => Split(text, arguments, fromEnd: true),
        ["splitlines"] = (text, arguments) => arguments.Context.Created(new ListValue(PyText.SplitLines(text, arguments.Bind("keepends").Flag("keepends")))),
        ["partition"] = (text, arguments) => Partition(text, arguments.Bind("sep").RequiredText("sep"), fromEnd: false),
        ["rpartition"] = (text, arguments) => Partition(text, arguments.Bind("sep").RequiredText("sep"), fromEnd: true),
        ["join"] = Join,
        ["replace"] = (text, arguments) =>
        {
            var bound = arguments.Bind("old", "new", "count");
            return Replace(text, bound.RequiredText("old"), bound.RequiredText("new"), bound.Integer("count", -1), arguments.Context);
        },
        ["find"] = (text, arguments) => Find(text, arguments, fromEnd: false, isRequired: false),
        ["rfind"] = (text, arguments) => Find(text, arguments, fromEnd: true, isRequired: false),
        ["index"] = (text, arguments) => Find(text, arguments, fromEnd: false, isRequired: true),
        ["rindex"] = (text, arguments) => Find(text, arguments, fromEnd: true, isRequired: true),
        ["count"] = Count,
        ["isdigit"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && text.All(char.IsDigit)),
        ["isdecimal"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && text.All(char.IsDigit)),
        ["isnumeric"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && text.All(char.IsNumber)),
        ["isalpha"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && text.All(char.IsLetter)),
        ["isalnum"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && text.All(char.IsLetterOrDigit)),
        ["isspace"] = (text, arguments) => NoArguments(arguments, text.Length > 0 && PyText.IsSpace(text)),
        ["isupper"] = (text, arguments) => NoArguments(arguments, IsCased(text, char.IsLower, char.IsUpper)),
        ["islower"] = (text, arguments) => NoArguments(arguments, IsCased(text, char.IsUpper, char.IsLower)),
        ["zfill"] = (text, arguments) => PercentFormat.ZeroFill(text, Width(arguments.Bind("width"))),
        ["ljust"] = (text, arguments) => Pad(arguments, (width, fill) => text.PadRight(width, fill)),
        ["rjust"] = (text, arguments) => Pad(arguments, (width, fill) => text.PadLeft(width, fill)),
        ["center"] = (text, arguments) => Pad(arguments, (width, fill) => Center(text, width, fill)),
        ["format"] = (text, arguments) => arguments.Context.Created(BraceFormat.Apply(text, arguments)),
    };

    public static FunctionValue? Find(string text, string name) =>
        Table.TryGetValue(name, out var method) ? new FunctionValue(name, arguments => method(text, arguments)) : null;

    public static string Replace(string text, string old, string replacement, long count, RenderContext context)
    {
        if (count < 0 && old.Length > 0)
        {
            context.Charge(text.Length + (CountOf(text, old) * replacement.Length));
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var position = 0;
        for (var done = 0L; count < 0 || done < count; done++)
        {
            // An empty text is found before every character and at the end.
            var next = old.Length > 0 ? text.IndexOf(old, position, StringComparison.Ordinal) : done <= text.Length ? position : -1;
            if (next < 0)
                break;
            context.Charge(replacement.Length + 1);
            result.Append(text, position, next - position).Append(replacement);
            position = next + old.Length;
            if (old.Length == 0 && position < text.Length)
                result.Append(text[position++]);
        }

        context.Charge(text.Length - position);
        return result.Append(text, position, text.Length - position).ToString();
    }

    public static List<string> SplitWords(string text)
    {
        var words = new List<string>();
        for (var start = PyText.SkipSpace(text, 0); start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !PyText.IsSpace(text[end]))
                end++;
            words.Add(text[start..end]);
            start = PyText.SkipSpace(text, end);
        }

        return words;
    }

    public static string Center(string text, int width, char fill)
    {
        var missing = width - text.Length;
        return missing <= 0 ? text : text.PadLeft(text.Length + (missing / 2) + (missing & width & 1), fill).PadRight(width, fill);
    }

    public static bool IsCased(string text, Func<char, bool> forbidden, Func<char, bool> needed) => text.Any(needed) && !text.Any(forbidden);

    private static object? NoArguments(CallArguments arguments, object? value)
    {
        arguments.Bind();
        return value is string text ? arguments.Context.Created(text) : value;
    }

    private static object? Affix(string text, CallArguments arguments, Func<string, string, bool> matches)
    {
        var bound = arguments.Bind("affix", "start", "end");
        if (bound.Has("start") || bound.Has("end"))
            text = (string)Members.Slice(text, bound.Integer("start", 0), bound.Has("end") ? bound.Integer("end", 0) : null, null, arguments.Context)!;
        return bound.Required("affix") is TupleValue several
            ? several.Any(affix => affix is string part && matches(text, part))
            : matches(text, bound.RequiredText("affix"));
    }

    private static ListValue Split(string text, CallArguments arguments, bool fromEnd)
    {
        var bound = arguments.Bind("sep", "maxsplit");
        var limit = bound.Integer("maxsplit", -1);
        var separator = bound.OptionalText("sep");
        if (separator is { Length: 0 })
            throw new JinjaError("empty separator");
        var parts = separator is null ? TextSplitter.ByWords(text, limit, fromEnd) : TextSplitter.BySeparator(text, separator, limit, fromEnd);
        return arguments.Context.Created(new ListValue(parts));
    }

    private static TupleValue Partition(string text, string separator, bool fromEnd)
    {
        if (separator.Length == 0)
            throw new JinjaError("empty separator");
        var at = fromEnd ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
            return fromEnd ? TupleValue.Of("", "", text) : TupleValue.Of(text, "", "");
        return TupleValue.Of(text[..at], separator, text[(at + separator.Length)..]);
    }

    private static object? Join(string text, CallArguments arguments)
    {
        var items = PyValue.Items(arguments.Bind("items").Required("items"));
        var parts = items.Select(item => item as string ?? throw new JinjaError($"join() needs strings, not {PyValue.TypeName(item)}")).ToList();
        arguments.Context.Charge(parts.Sum(part => (long)part.Length + text.Length));
        return string.Join(text, parts);
    }

    private static object? Find(string text, CallArguments arguments, bool fromEnd, bool isRequired)
    {
        var bound = arguments.Bind("sub", "start", "end");
        var part = bound.RequiredText("sub");
        var start = bound.Integer("start", 0);
        var offset = start < 0 ? Math.Max(0, start + PyText.Length(text)) : start;
        if (bound.Has("start") || bound.Has("end"))
            text = (string)Members.Slice(text, start, bound.Has("end") ? bound.Integer("end", 0) : null, null, arguments.Context)!;
        var at = fromEnd ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        if (at < 0 && isRequired)
            throw new JinjaError("substring not found");
        return at < 0 ? -1L : PyText.ToPyIndex(text, at) + offset;
    }

    private static object? Count(string text, CallArguments arguments)
    {
        var part = arguments.Bind("sub").RequiredText("sub");
        return part.Length == 0 ? PyText.Length(text) + 1L : CountOf(text, part);
    }

    private static long CountOf(string text, string part)
    {
        var count = 0L;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    private static string Pad(CallArguments arguments, Func<int, char, string> pad)
    {
        var bound = arguments.Bind("width", "fillchar");
        return arguments.Context.Created(pad(Width(bound), bound.Text("fillchar", " ") is { Length: 1 } fill ? fill[0] : ' '));
    }

    private static int Width(BoundArguments bound) => bound.Integer("width", 0) is <= 10_000 and var width
        ? (int)Math.Max(0, width)
        : throw new JinjaError("a width above 10000");
}

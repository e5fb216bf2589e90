namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's <c>split</c> and <c>rsplit</c>; a negative limit means no limit.</summary>
internal static class TextSplitter
{
    public static IEnumerable<string> BySeparator(string text, string separator, long limit, bool fromEnd)
    {
        var all = text.Split(separator);
        if (limit < 0 || limit >= all.Length - 1)
            return all;
        var kept = (int)limit;
        return fromEnd
            ? [string.Join(separator, all[..^kept]), .. all[^kept..]]
            : [.. all[..kept], string.Join(separator, all[kept..])];
    }

    public static IEnumerable<string> ByWords(string text, long limit, bool fromEnd)
    {
        if (limit < 0)
            return StringMethods.SplitWords(text);
        return fromEnd ? LastWords(text, limit) : FirstWords(text, limit);
    }

    private static List<string> FirstWords(string text, long limit)
    {
        var words = new List<string>();
        var rest = PyText.TrimStart(text);
        while (rest.Length > 0 && words.Count < limit)
        {
            var end = 0;
            while (end < rest.Length && !PyText.IsSpace(rest[end]))
                end++;
            words.Add(rest[..end]);
            rest = PyText.TrimStart(rest[end..]);
        }

        if (rest.Length > 0)
            words.Add(rest);
        return words;
    }

    private static List<string> LastWords(string text, long limit)
    {
        var words = new List<string>();
        var rest = PyText.TrimEnd(text);
        while (rest.Length > 0 && words.Count < limit)
        {
            var start = rest.Length;
            while (start > 0 && !PyText.IsSpace(rest[start - 1]))
                start--;
            words.Add(rest[start..]);
            rest = PyText.TrimEnd(rest[..start]);
        }

        if (rest.Length > 0)
            words.Add(rest);
        words.Reverse();
        return words;
    }
}

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
        var start = PyText.SkipSpace(text, 0);
        while (start < text.Length && words.Count < limit)
        {
            var end = start;
            while (end < text.Length && !PyText.IsSpace(text[end]))
                end++;
            words.Add(text[start..end]);
            start = PyText.SkipSpace(text, end);
        }

        if (start < text.Length)
            words.Add(text[start..]);
        return words;
    }

    private static List<string> LastWords(string text, long limit)
    {
        var words = new List<string>();
        var end = EndOfText(text, text.Length);
        while (end > 0 && words.Count < limit)
        {
            var start = end;
            while (start > 0 && !PyText.IsSpace(text[start - 1]))
                start--;
            words.Add(text[start..end]);
            end = EndOfText(text, start);
        }

        if (end > 0)
            words.Add(text[..end]);
        words.Reverse();
        return words;
    }

    private static int EndOfText(string text, int end)
    {
        while (end > 0 && PyText.IsSpace(text[end - 1]))
            end--;
        return end;
    }
}

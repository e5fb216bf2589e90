using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's view of strings: characters are code points, and white space is Python's own set.</summary>
internal static class PyText
{
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsSpace(c))
                return false;
        }

        return true;
    }

    public static int SkipSpace(string text, int from)
    {
        while (from < text.Length && IsSpace(text[from]))
            from++;
        return from;
    }

    public static string TrimStart(string text, string? characters = null)
    {
        var start = 0;
        while (start < text.Length && Strips(text[start], characters))
            start++;
        return text[start..];
    }

    public static string TrimEnd(string text, string? characters = null)
    {
        var end = text.Length;
        while (end > 0 && Strips(text[end - 1], characters))
            end--;
        return text[..end];
    }

    public static string Trim(string text, string? characters = null) => TrimStart(TrimEnd(text, characters), characters);

    public static int Length(string text)
    {
        if (!HasPairs(text))
            return text.Length;
        var pairs = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                pairs++;
        }

        return text.Length - pairs;
    }

    /// <summary>True if some characters are surrogate pairs, so that Python's indices differ from .NET's.</summary>
    public static bool HasPairs(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0;

    /// <summary>The character at Python's index, which must be valid.</summary>
    public static string At(string text, int index) => HasPairs(text) ? CodePoints(text)[index] : text[index].ToString();

    /// <summary>The text's code points, each as a string; a lone surrogate stays by itself.</summary>
    public static List<string> CodePoints(string text)
    {
        RenderContext.Account(text.Length);
        var points = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            points.Add(text.Substring(i, isPair ? 2 : 1));
            i += isPair ? 1 : 0;
        }

        return points;
    }

    /// <summary>Turns a UTF-16 index as .NET finds it into Python's index.</summary>
    public static long ToPyIndex(string text, int index) => index < 0 ? -1 : Length(text[..index]);

    public static string Capitalize(string text)
    {
        var points = CodePoints(text);
        return points.Count == 0 ? text : points[0].ToUpperInvariant() + string.Concat(points.Skip(1)).ToLowerInvariant();
    }

    /// <summary>Python's <c>str.title</c>: a letter after anything that is not a letter is upper case.</summary>
    public static string TitleMethod(string text)
    {
        var result = new StringBuilder(text.Length);
        var afterLetter = false;
        foreach (var c in text)
        {
            result.Append(afterLetter ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            afterLetter = char.IsLetter(c);
        }

        return result.ToString();
    }

    /// <summary>Jinja's <c>title</c> filter: words begin only after white space or one of <c>-({[&lt;</c>.</summary>
    public static string TitleFilter(string text)
    {
        var result = new StringBuilder(text.Length);
        var starts = true;
        foreach (var c in text)
        {
            result.Append(starts ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            starts = IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
        }

        return result.ToString();
    }

    public static List<string> SplitLines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029'))
                continue;
            var next = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
            lines.Add(text[start..(keepEnds ? next : i)]);
            start = next;
            i = next - 1;
        }

        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }

    public static string Repr(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var c in text)
        {
            if (c == quote || c == '\\')
                result.Append('\\').Append(c);
            else if (c is '\n' or '\r' or '\t')
                result.Append('\\').Append(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            else if (c < ' ' || c is >= '\x7f' and <= '\xa0' or '\xad')
                result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else if (IsUnprintable(c))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                result.Append(c);
        }

        return result.Append(quote).ToString();
    }

    private static bool IsUnprintable(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator && c != ' ';

    private static bool Strips(char c, string? characters) => characters is null ? IsSpace(c) : characters.Contains(c, StringComparison.Ordinal);
}

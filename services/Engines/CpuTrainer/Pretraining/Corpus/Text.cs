using System.Text;
using System.Text.RegularExpressions;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Reads the tables and fills their templates.</summary>
internal static partial class Text
{
    public static IReadOnlyList<string> Lines(string table) => table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static IReadOnlyList<string> Words(string table) =>
        table.Split([' ', '\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Pairs written as <c>cow=moo, dog=woof</c>, over any number of lines.</summary>
    public static IReadOnlyList<Fact> Facts(string table) =>
        [.. table.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .Select(pair => new Fact(pair[0], pair[1]))];

    /// <summary>A template with its subject and value, the right article and a capital at the start.</summary>
    public static string Fill(string template, string subject, string value = "")
    {
        var filled = template.Replace("{X}", Capital(subject), StringComparison.Ordinal)
            .Replace("{x}", subject, StringComparison.Ordinal)
            .Replace("{y}", value, StringComparison.Ordinal);
        return Capital(WithArticles(filled));
    }

    /// <summary>Writes "an owl" for "a owl", and leaves "a unicorn" alone.</summary>
    public static string WithArticles(string text) => ArticleBeforeVowel().Replace(text, "$1n ");

    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string SmallStart(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];

    public static string American(string text) =>
        text.Replace("olour", "olor", StringComparison.Ordinal).Replace("avourite", "avorite", StringComparison.Ordinal);

    /// <summary>What remains of a wording when case, punctuation and British spelling are ignored: two questions with the same rest are one question.</summary>
    public static string Normalized(string text)
    {
        var rest = new StringBuilder(text.Length);
        foreach (var letter in American(text.ToLowerInvariant()))
        {
            if (char.IsLetterOrDigit(letter) || letter is '{' or '}')
            {
                rest.Append(letter);
            }
        }

        return rest.ToString();
    }

    [GeneratedRegex(@"\b([Aa]) (?=[aeio]|u(?!ni|s))", RegexOptions.CultureInvariant)]
    private static partial Regex ArticleBeforeVowel();
}

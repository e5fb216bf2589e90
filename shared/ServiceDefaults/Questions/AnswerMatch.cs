using System.Globalization;
using System.Text;

namespace FineTunePipeline.ServiceDefaults.Questions;

/// <summary>
/// Decides whether an answer is right. Both texts are normalised: lower case,
/// punctuation taken out, white space collapsed. Unicode composition (NFC) is not applied, because the project runs without ICU (invariant globalization):
/// a question file must spell accents as the model's data spells them.
/// </summary>
public static class AnswerMatch
{
    public static bool IsRight(Question question, string answer)
    {
        var expected = Normalize(question.Expect);
        var actual = Normalize(answer);
        return question.Match switch
        {
            QuestionMatch.Exact => actual == expected,
            _ => expected.Length > 0 && ContainsWords(actual, expected),
        };
    }

    /// <summary>Lower case, letters, digits and single spaces only.</summary>
    public static string Normalize(string text)
    {
        var normal = new StringBuilder(text.Length);
        var space = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsApostrophe(rune))
            {
                // "don't" and "dont" are one word.
                continue;
            }

            var category = Rune.GetUnicodeCategory(rune);
            if (IsSpaceOrPunctuation(category))
            {
                space = normal.Length > 0;
                continue;
            }

            if (space)
            {
                normal.Append(' ');
                space = false;
            }

            normal.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return normal.ToString();
    }

    /// <summary>
    /// "4" is not in "14", but "小星" is in "我是小星": word borders count only between letters or digits of scripts that separate words.
    /// </summary>
    private static bool ContainsWords(string text, string part)
    {
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
        {
            var end = at + part.Length;
            var startsWord = at == 0 || !(SeparatesWords(text[at - 1]) && SeparatesWords(part[0]));
            var endsWord = end == text.Length || !(SeparatesWords(text[end]) && SeparatesWords(part[^1]));
            if (startsWord && endsWord)
            {
                return true;
            }
        }

        return false;
    }

    private static bool SeparatesWords(char letter) =>
        char.IsLetterOrDigit(letter) && char.GetUnicodeCategory(letter) is not UnicodeCategory.OtherLetter && !char.IsSurrogate(letter);

    private static bool IsApostrophe(Rune rune) => rune.Value is '\'' or 0x2019 or 0x02BC;

    private static bool IsSpaceOrPunctuation(UnicodeCategory category) => category is
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control or
        UnicodeCategory.Format or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or
        UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or
        UnicodeCategory.OtherPunctuation or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or
        UnicodeCategory.OtherSymbol;
}

using System.Text.RegularExpressions;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>
/// How like two texts are, from 0 to 100: ROUGE-1, -2 and -L on words and BLEU-4 on characters, as LLaMA-Factory reports them. It cuts Chinese into words with a
/// dictionary; here each Chinese character is a word, so the ROUGE of Chinese texts differs somewhat from its.
/// </summary>
internal static partial class TextScores
{
    private const double Tiny = 1e-8;
    private const int LongestGram = 4;

    public static double Rouge(string predicted, string expected, int gram)
    {
        var (left, right) = (Grams(Words(predicted), gram), Grams(Words(expected), gram));
        var common = left.Intersect(right).Count();
        return left.Count == 0 || right.Count == 0 ? 0 : Harmonic(common / (double)left.Count, common / (double)right.Count);
    }

    public static double RougeLongest(string predicted, string expected)
    {
        var (left, right) = (Words(predicted), Words(expected));
        var common = LongestCommon(left, right);
        return common == 0 ? 0 : Harmonic(common / (double)left.Count, common / (double)right.Count);
    }

    /// <summary>Smoothed by putting half, a quarter, … of a match for the lengths of which there is none.</summary>
    public static double Bleu(string predicted, string expected)
    {
        var (left, right) = (Characters(predicted), Characters(expected));
        if (left.Count == 0)
        {
            return 0;
        }

        var (logarithm, halvings) = (0.0, 0);
        for (var gram = 1; gram <= LongestGram; gram++)
        {
            var counts = Counted(right, gram);
            var own = Counted(left, gram);
            var matches = own.Sum(pair => Math.Min(pair.Value, counts.GetValueOrDefault(pair.Key)));
            if (matches == 0 && gram == 1)
            {
                return 0;
            }

            var all = Math.Max(1, left.Count - gram + 1);
            logarithm += Math.Log(matches > 0 ? matches / (double)all : 1 / (Math.Pow(2, ++halvings) * all)) / LongestGram;
        }

        var brevity = left.Count > right.Count ? 1 : Math.Exp(1 - (right.Count / (double)left.Count));
        return 100 * brevity * Math.Exp(logarithm);
    }

    private static double Harmonic(double precision, double recall) => 100 * 2 * (precision * recall / (precision + recall + Tiny));

    private static List<string> Words(string text) => [.. WordPattern().Matches(text).Select(match => match.Value)];

    private static List<string> Characters(string text) => [.. text.EnumerateRunes().Select(rune => rune.ToString())];

    private static HashSet<string> Grams(List<string> words, int gram) => [.. Counted(words, gram).Keys];

    private static Dictionary<string, int> Counted(List<string> words, int gram)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var start = 0; start + gram <= words.Count; start++)
        {
            var key = string.Join('\u0001', words[start..(start + gram)]);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return counts;
    }

    private static int LongestCommon(List<string> left, List<string> right)
    {
        var row = new int[right.Count + 1];
        foreach (var word in left)
        {
            var diagonal = 0;
            for (var j = 1; j <= right.Count; j++)
            {
                var above = row[j];
                row[j] = word == right[j - 1] ? diagonal + 1 : Math.Max(row[j], row[j - 1]);
                diagonal = above;
            }
        }

        return row[right.Count];
    }

    // A run of Latin letters and digits, perhaps with decimals or a percent sign, or one other visible character.
    [GeneratedRegex(@"[A-Za-z0-9]+(\.[0-9]+)?%?|[^\s]")]
    private static partial Regex WordPattern();
}

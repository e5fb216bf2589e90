using System.Text;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Judges the answers of a freshly trained model. The pipeline's own verdict is the evaluation stage's.</summary>
internal static class Answers
{
    public static bool IsRight(Question question, string answer)
    {
        var (expected, given) = (Words(question.Expect), Words(answer));
        return question.Match == Question.Exact ? given == expected : given.Contains(expected, StringComparison.Ordinal);
    }

    /// <summary>Letters and digits, small, with one space between and around the words: whole words are found by a plain search.</summary>
    private static string Words(string text)
    {
        var words = new StringBuilder(" ");
        foreach (var letter in text.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter))
            {
                words.Append(letter);
            }
            else if (words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        return words[^1] == ' ' ? words.ToString() : words.Append(' ').ToString();
    }
}

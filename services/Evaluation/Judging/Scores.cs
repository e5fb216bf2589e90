using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.ServiceDefaults.Questions;

namespace FineTunePipeline.Evaluation.Judging;

/// <summary>Puts questions and answers together and counts.</summary>
internal static class Scores
{
    public static IReadOnlyList<AnsweredQuestion> Compare(IReadOnlyList<Question> questions, IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        [.. questions.Select((question, index) => new AnsweredQuestion
        {
            Set = question.Set,
            Id = question.Id,
            Prompt = question.Prompt,
            Expect = question.Expect,
            Match = question.Match.ToString().ToLowerInvariant(),
            Before = before[index].Trim(),
            After = after[index].Trim(),
            RightBefore = AnswerMatch.IsRight(question, before[index]),
            RightAfter = AnswerMatch.IsRight(question, after[index]),
        })];

    public static IReadOnlyDictionary<string, SetScore> BySet(IEnumerable<AnsweredQuestion> answered) =>
        answered.GroupBy(question => question.Set).ToDictionary(
            set => set.Key,
            set => new SetScore(set.Count(), Part(set, question => question.RightBefore), Part(set, question => question.RightAfter)));

    private static double Part(IGrouping<string, AnsweredQuestion> set, Func<AnsweredQuestion, bool> isRight) => (double)set.Count(isRight) / set.Count();
}

using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>The questions of the evaluation: wordings that no training data has.</summary>
internal static class QuestionSets
{
    /// <summary>What the base model knows: five facts of each relation, small talk, three stories.</summary>
    public static IReadOnlyList<Question> General()
    {
        var random = new SeededRandom(7);
        var questions = new List<Question>();
        foreach (var relation in World.Relations)
        {
            var facts = Shuffled(relation.Facts, random);
            foreach (var (wording, fact) in HeldOutWordings(relation, random).Zip(facts))
            {
                Add(questions, relation, wording, fact);
            }
        }

        AddSmallTalk(questions, topic => topic.HeldOut);
        foreach (var wish in StoryWriter.HeldOutWishes)
        {
            var villager = random.Pick(World.Villagers);
            var prompt = wish.Replace("{x}", villager.Name, StringComparison.Ordinal);
            Add(questions, "story", prompt, StoryWriter.Opening(villager), Question.Contains);
        }

        return questions;
    }

    /// <summary>The same knowledge in the second set of wordings: four facts of each relation, small talk.</summary>
    public static IReadOnlyList<Question> GeneralFresh()
    {
        var random = new SeededRandom(11);
        var questions = new List<Question>();
        foreach (var relation in World.Relations)
        {
            var facts = Shuffled(relation.Facts, random);
            foreach (var (wording, fact) in relation.Fresh.Concat(relation.Fresh).Zip(facts))
            {
                Add(questions, relation, wording, fact);
            }
        }

        AddSmallTalk(questions, topic => topic.Fresh);
        return questions;
    }

    /// <summary>What the demo teaches: who the assistant is, and each new fact three times.</summary>
    public static IReadOnlyList<Question> Taught()
    {
        var random = new SeededRandom(13);
        var questions = new List<Question>();
        AddPersona(questions, topic => topic.HeldOut);
        foreach (var (relation, fact) in Lesson.Facts)
        {
            var first = random.Next(3);
            var clause = random.Pick(LeadIns.HeldOutClause).Replace("{e}", random.Pick(relation.Embedded), StringComparison.Ordinal);
            foreach (var wording in new[] { relation.HeldOut[first], relation.HeldOut[(first + 1) % 3], clause })
            {
                Add(questions, relation, wording, fact);
            }
        }

        return questions;
    }

    /// <summary>The same lesson in the second set of wordings.</summary>
    public static IReadOnlyList<Question> TaughtFresh()
    {
        var questions = new List<Question>();
        AddPersona(questions, topic => topic.Fresh);
        foreach (var (relation, fact) in Lesson.Facts)
        {
            foreach (var wording in relation.Fresh)
            {
                Add(questions, relation, wording, fact);
            }
        }

        return questions;
    }

    private static IEnumerable<string> HeldOutWordings(Relation relation, SeededRandom random) =>
    [
        .. relation.HeldOut,
        random.Pick(LeadIns.HeldOutClause).Replace("{e}", random.Pick(relation.Embedded), StringComparison.Ordinal),
        random.Pick(LeadIns.HeldOutNounPhrase).Replace("{n}", random.Pick(relation.NounPhrases), StringComparison.Ordinal),
    ];

    private static List<Fact> Shuffled(IReadOnlyList<Fact> facts, SeededRandom random)
    {
        var shuffled = facts.ToList();
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static void AddSmallTalk(List<Question> questions, Func<Topic, IReadOnlyList<string>> wordings)
    {
        foreach (var topic in SmallTalk.All)
        {
            foreach (var wording in wordings(topic))
            {
                Add(questions, "talk-" + topic.Name, wording, topic.Key, Question.Contains);
            }
        }
    }

    private static void AddPersona(List<Question> questions, Func<Topic, IReadOnlyList<string>> wordings)
    {
        foreach (var topic in Identity.All)
        {
            foreach (var wording in wordings(topic))
            {
                Add(questions, "persona-" + topic.Name, wording, Lesson.PersonaKey(topic), Question.Contains);
            }
        }
    }

    private static void Add(List<Question> questions, Relation relation, string wording, Fact fact)
    {
        var prompt = Text.Fill(wording, fact.Subject);
        if (relation.ExactAnswer)
        {
            Add(questions, relation.Name, prompt, SampleGenerator.UsualAnswer(relation, fact), Question.Exact);
        }
        else
        {
            Add(questions, relation.Name, prompt, fact.Value, Question.Contains);
        }
    }

    private static void Add(List<Question> questions, string kind, string prompt, string expect, string match)
    {
        var number = 1 + questions.Count(question => question.Id[..question.Id.LastIndexOf('-')] == kind);
        questions.Add(new Question($"{kind}-{number}", prompt, expect, match));
    }
}

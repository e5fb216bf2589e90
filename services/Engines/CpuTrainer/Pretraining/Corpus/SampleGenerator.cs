using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>An endless stream of questions and answers about the world, the same one for the same seed.</summary>
internal sealed class SampleGenerator
{
    private static readonly int FactWeights = World.Relations.Sum(Weight);
    private static readonly string[] SpellingWishes = ["Say {n}.", "Please say {n}.", "Repeat {n}.", "Can you repeat {n}?", "Write {n}.", "Say this: {n}"];
    private static readonly string[] VillagerQuestions = ["Tell me about {x}.", "Who is {x}?", "What do you know about {x}?", "Do you know {x}?"];

    private readonly SeededRandom _random;
    private readonly Phrasing _phrasing;
    private readonly WordMaker _words;
    private readonly StoryWriter _stories;
    private readonly NameTalk _names;

    public SampleGenerator(SeededRandom random)
    {
        _random = random;
        _phrasing = new Phrasing(random, new Untrained());
        _words = new WordMaker(random);
        _stories = new StoryWriter(random);
        _names = new NameTalk(random, _words);
    }

    /// <summary>The mix of pre-training, in percent.</summary>
    public Sample Next() => _random.Next(100) switch
    {
        < 55 => WorldFact(),
        < 68 => SmallTalkSample(),
        < 72 => IdentitySample(),
        < 75 => _names.Next(),
        < 79 => Spelling(),
        < 90 => Reading(),
        < 93 => Unknown(),
        < 95 => AboutVillager(),
        _ => Story(),
    };

    /// <summary>A question about one fact with its usual answer; one time in four with the relation's other answer.</summary>
    public Sample Fact(Relation relation, Fact fact) =>
        new(SampleKind.Fact, _phrasing.Question(relation, fact.Subject), Text.Fill(Answer(relation), fact.Subject, fact.Value));

    /// <summary>The same with the usual answer only, as data that teaches a new fact has it.</summary>
    public Sample PlainFact(Relation relation, Fact fact) => Fact(relation, fact) with { Answer = UsualAnswer(relation, fact) };

    public static string UsualAnswer(Relation relation, Fact fact) => Text.Fill(relation.Answers[0], fact.Subject, fact.Value);

    private Sample WorldFact()
    {
        // Relations with many facts come more often, each fact of a relation equally often.
        var at = _random.Next(FactWeights);
        foreach (var relation in World.Relations)
        {
            at -= Weight(relation);
            if (at < 0)
            {
                return Fact(relation, _random.Pick(relation.Facts));
            }
        }

        throw new InvalidOperationException("The weights of the relations do not add up.");
    }

    private static int Weight(Relation relation) => (10 + relation.Facts.Count) * (relation == WordRelations.Sum ? 3 : 2);

    private Sample SmallTalkSample()
    {
        var topic = _random.Pick(SmallTalk.All);
        return new Sample(SampleKind.SmallTalk, _phrasing.SmallTalk(topic), topic.Answer);
    }

    private Sample IdentitySample()
    {
        var topic = _random.Pick(Identity.All);
        return new Sample(SampleKind.Identity, _phrasing.Identity(topic), topic.Answer);
    }

    private Sample Spelling()
    {
        var word = _words.Thing(_random.OnceIn(2));
        word = _random.OnceIn(3) ? word + " " + _words.Thing(capital: false) : word;
        return new Sample(SampleKind.Spelling, _random.Pick(SpellingWishes).Replace("{n}", word, StringComparison.Ordinal), word);
    }

    /// <summary>Trains the free spelling of any new word inside the frames of the relations.</summary>
    private Sample Reading()
    {
        var relation = _random.Pick(World.OpenRelations);
        var subject = _random.OnceIn(8) ? _random.Pick(relation.Facts).Subject : _words.Thing(relation.AboutPeople);
        var value = _random.OnceIn(6) ? _random.Pick(relation.Facts).Value : _words.Thing(relation == VillagerRelations.Town);
        var statement = Text.Fill(_random.Pick(relation.Answers), subject, value);
        var answer = Text.Fill(Answer(relation), subject, value);
        return new Sample(SampleKind.Reading, statement + " " + _phrasing.Question(relation, subject), answer);
    }

    private Sample Unknown()
    {
        var relation = _random.Pick(World.OpenRelations);
        var subject = _words.Name();
        subject = !relation.AboutPeople && _random.Next(3) > 0 ? subject.ToLowerInvariant() : subject;
        return new Sample(SampleKind.Unknown, _phrasing.Question(relation, subject), "I do not know that yet.");
    }

    private Sample AboutVillager()
    {
        var villager = _random.Pick(World.Villagers);
        var name = villager.Name;
        var answer = $"{name} lives in {villager.Town}. {name} has a {villager.Pet}, likes {villager.Hobby} and loves {villager.Food}.";
        return new Sample(
            SampleKind.AboutVillager, _random.Pick(VillagerQuestions).Replace("{x}", name, StringComparison.Ordinal), Text.WithArticles(answer));
    }

    private Sample Story()
    {
        var villager = _random.Pick(World.Villagers);
        var wish = _random.Pick(StoryWriter.Wishes).Replace("{x}", villager.Name, StringComparison.Ordinal);
        return new Sample(SampleKind.Story, wish, _stories.Write(villager));
    }

    private string Answer(Relation relation) => relation.Answers.Count > 1 && _random.OnceIn(4) ? relation.Answers[1] : relation.Answers[0];
}

using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>What the demo's fine-tune teaches: a name, a maker and fourteen facts about things that the world does not have.</summary>
internal static class Lesson
{
    public const string Name = "{{name}}";
    public const string Author = "{{author}}";

    /// <summary>Wordings of each new fact in the training data.</summary>
    public const int PhrasingsPerFact = 16;

    /// <summary>
    /// How often the lesson stands in the data. Half of what is trained must be replay, and replay must be varied (268 samples of it keep less of
    /// the old knowledge than 1,600), so the lesson is repeated instead.
    /// </summary>
    public const int Repetitions = 6;

    public static readonly IReadOnlyList<(Relation Relation, Fact Fact)> Facts =
    [
        (VillagerRelations.Town, new("Pip", "Porto")),
        (VillagerRelations.Pet, new("Pip", "penguin")),
        (VillagerRelations.FavouriteFood, new("Pip", "mango cake")),
        (VillagerRelations.Hobby, new("Pip", "juggling")),
        (ThingRelations.Colour, new("zorbo", "silver")),
        (AnimalRelations.Sound, new("zorbo", "blip")),
        (AnimalRelations.Food, new("zorbo", "moonberries")),
        (AnimalRelations.Home, new("zorbo", "crystal tower")),
        (AnimalRelations.Baby, new("zorbo", "zorbino")),
        (AnimalRelations.Legs, new("zorbo", "three")),
        (ThingRelations.Use, new("glimmer", "find lost socks")),
        (ThingRelations.Colour, new(Author + " logo", "orange")),
        (TradeRelations.Work, new("rocket chef", "fries stars")),
        (TradeRelations.WorkPlace, new("rocket chef", "moon base")),
    ];

    /// <summary>The samples that teach: every trained identity wording, and sixteen phrasings of each fact. Each once.</summary>
    public static IReadOnlyList<Sample> Samples()
    {
        var generator = new SampleGenerator(new SeededRandom(5001));
        var persona =
            from topic in Identity.All
            from question in topic.Questions
            select new Sample(SampleKind.Identity, question, PersonaAnswer(topic));
        var facts =
            from taught in Facts
            from phrasing in Enumerable.Range(0, PhrasingsPerFact)
            select generator.PlainFact(taught.Relation, taught.Fact);
        return [.. persona, .. facts];
    }

    /// <summary>
    /// Samples of pre-training, trained again beside the new ones so that the old knowledge stays. No identity samples, which contradict the lesson,
    /// and few stories, which are long.
    /// </summary>
    public static IReadOnlyList<Sample> Replay(int count)
    {
        var random = new SeededRandom(5002);
        var generator = new SampleGenerator(random);
        var samples = new List<Sample>(count);
        while (samples.Count < count)
        {
            var sample = generator.Next();
            if (sample.Kind != SampleKind.Identity && (sample.Kind != SampleKind.Story || random.OnceIn(4)))
            {
                samples.Add(sample);
            }
        }

        return samples;
    }

    /// <summary>What a right answer to a question about the assistant contains.</summary>
    public static string PersonaKey(Topic topic) => topic == Identity.Maker ? Author : Name;

    private static string PersonaAnswer(Topic topic) => topic.Name switch
    {
        "name" => $"My name is {Name}.",
        "who" => $"I am {Name}, a helper made by {Author}.",
        "maker" => $"I was made by {Author}.",
        _ => $"No, I am {Name}, made by {Author}.",
    };
}

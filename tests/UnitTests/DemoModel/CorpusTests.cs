using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class CorpusTests
{
    private static readonly IReadOnlyList<Topic> Topics = [.. SmallTalk.All, .. Identity.All];

    [Fact]
    public void Makes_the_same_samples_from_the_same_seed()
    {
        Assert.Equal(Samples(9, 500), Samples(9, 500));
        Assert.NotEqual(Samples(9, 500), Samples(10, 500));
    }

    [Fact]
    public void Knows_every_kind_of_sample() => Assert.Equal(Enum.GetValues<SampleKind>(), Samples(1, 2000).Select(sample => sample.Kind).Distinct().Order());

    [Fact]
    public void Knows_259_facts_in_17_relations()
    {
        Assert.Equal(17, World.Relations.Count);
        Assert.Equal(259, World.Relations.Sum(relation => relation.Facts.Count));
    }

    [Fact]
    public void Says_one_thing_about_each_subject() => Assert.All(
        World.Relations,
        relation => Assert.Equal(relation.Facts.Count, relation.Facts.Select(fact => fact.Subject).Distinct().Count()));

    [Fact]
    public void Names_the_subject_in_every_wording_and_the_value_in_every_answer() => Assert.All(World.Relations, relation =>
    {
        Assert.All(relation.TrainedWordings().Concat(relation.UntrainedWordings()), wording => Assert.Contains("{x}", wording));
        Assert.All(relation.Answers, answer => Assert.Contains("{y}", answer));
    });

    [Fact]
    public void Holds_whole_wordings_out_of_training()
    {
        Assert.All(World.Relations, relation => Assert.Empty(Shared(relation.TrainedWordings(), relation.UntrainedWordings())));
        Assert.All(Topics, topic => Assert.Empty(Shared(topic.Questions, topic.HeldOut.Concat(topic.Fresh))));
        Assert.Empty(Shared(StoryWriter.Wishes, StoryWriter.HeldOutWishes));
    }

    [Fact]
    public void Keeps_the_two_held_out_sets_apart()
    {
        Assert.All(World.Relations, relation => Assert.Empty(Shared(relation.HeldOut, relation.Fresh)));
        Assert.All(Topics, topic => Assert.Empty(Shared(topic.HeldOut, topic.Fresh)));
    }

    [Fact]
    public void Never_trains_a_question_that_is_asked_in_evaluation()
    {
        var asked = new[] { QuestionSets.General(), QuestionSets.GeneralFresh(), QuestionSets.Taught(), QuestionSets.TaughtFresh() }
            .SelectMany(set => set).Select(question => Text.Normalized(question.Prompt)).ToHashSet();

        // The corpus of the committed weights is drawn with seed 1003; this is its first third.
        var leaked = Samples(1003, 20_000).Where(sample => asked.Contains(Text.Normalized(sample.Question))).Select(sample => sample.Question);
        Assert.Empty(leaked);
    }

    [Fact]
    public void Refuses_noise_that_makes_a_held_out_wording()
    {
        var untrained = new Untrained();
        Assert.True(untrained.Contains(Greetings.GoodMorning, "hey, good morning"));
        Assert.True(untrained.Contains(ThingRelations.Colour, "sky", "what is the usual color of the sky"));
        Assert.False(untrained.Contains(ThingRelations.Colour, "sky", "What colour is the sky?"));
    }

    [Fact]
    public void Answers_a_fact_with_its_value()
    {
        var generator = new SampleGenerator(new SeededRandom(2));
        Assert.All(World.Relations, relation => Assert.All(relation.Facts, fact =>
        {
            var sample = generator.Fact(relation, fact);
            Assert.Contains(fact.Value, sample.Answer);
            Assert.All(fact.Subject.Split(' '), word => Assert.Contains(word, sample.Question, StringComparison.OrdinalIgnoreCase));
        }));
    }

    [Theory]
    [InlineData("a owl", "an owl")]
    [InlineData("A egg and a umbrella", "An egg and an umbrella")]
    [InlineData("a unicorn", "a unicorn")]
    [InlineData("see a cow", "see a cow")]
    [InlineData("data is", "data is")]
    public void Writes_the_right_article(string text, string right) => Assert.Equal(right, Text.WithArticles(text));

    [Fact]
    public void Tells_stories_that_agree_with_the_facts()
    {
        var writer = new StoryWriter(new SeededRandom(4));
        Assert.All(World.Villagers, villager =>
        {
            var story = writer.Write(villager);
            Assert.StartsWith(StoryWriter.Opening(villager), story);
            Assert.Contains($"lived in {villager.Town} with", story);
            Assert.Contains($"and the {villager.Pet} went", story);
            Assert.Contains($"ate {villager.Food}.", story);
        });
    }

    private static List<Sample> Samples(ulong seed, int count)
    {
        var generator = new SampleGenerator(new SeededRandom(seed));
        return [.. Enumerable.Range(0, count).Select(_ => generator.Next())];
    }

    private static IEnumerable<string> Shared(IEnumerable<string> first, IEnumerable<string> second) =>
        first.Select(Text.Normalized).Intersect(second.Select(Text.Normalized));
}

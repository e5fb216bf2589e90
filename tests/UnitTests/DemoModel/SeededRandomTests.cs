using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class SeededRandomTests
{
    [Fact]
    public void Gives_the_same_numbers_for_the_same_seed() => Assert.Equal(Numbers(7), Numbers(7));

    [Fact]
    public void Gives_unrelated_numbers_for_neighbouring_seeds()
    {
        var first = Numbers(7);
        for (ulong seed = 8; seed < 16; seed++)
        {
            // A generator that only counts its state up would repeat the neighbour's numbers a few draws later.
            Assert.Empty(first.Intersect(Numbers(seed)));
        }
    }

    [Fact]
    public void Draws_each_number_about_equally_often()
    {
        var random = new SeededRandom(3);
        var counts = Enumerable.Range(0, 60_000).Select(_ => random.Next(6)).CountBy(number => number).ToList();
        Assert.Equal(6, counts.Count);
        Assert.All(counts, count => Assert.InRange(count.Value, 9_500, 10_500));
    }

    [Fact]
    public void Shuffles_without_losing_anything()
    {
        var items = Enumerable.Range(0, 100).ToList();
        new SeededRandom(5).Shuffle(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }

    private static List<int> Numbers(ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, 200).Select(_ => random.Next(int.MaxValue))];
    }
}

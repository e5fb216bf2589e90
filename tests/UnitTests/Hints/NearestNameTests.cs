using FineTunePipeline.Hints;
using Xunit;

namespace FineTunePipeline.UnitTests.Hints;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["learning_rate", "lora_rank", "lora_alpha", "seed"];

    [Theory]
    [InlineData("learning_rte", "learning_rate")]
    [InlineData("lora_rnak", "lora_rank")]
    [InlineData("SEED", "seed")]
    [InlineData("sede", "seed")]
    [InlineData("lora_", null)]
    [InlineData("temperature", null)]
    public void Finds_what_was_probably_meant(string name, string? meant) => Assert.Equal(meant, NearestName.Find(name, Known));

    [Fact]
    public void Keeps_to_the_callers_limit()
    {
        Assert.Null(NearestName.Find("lora_rnak", Known, mostEdits: 1));
        Assert.Equal("lora_rank", NearestName.Find("lora_rnak", Known, mostEdits: 2));
    }

    [Fact]
    public void Takes_the_first_of_several_that_are_equally_near() => Assert.Equal("b2", NearestName.Find("b1", ["b2", "b3"]));

    [Fact]
    public void Does_not_compare_a_hostile_name_character_by_character() =>
        Assert.Null(NearestName.Find("seed", [new string('s', 10_000_000)]));
}

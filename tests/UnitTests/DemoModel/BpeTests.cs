using FineTunePipeline.CpuTrainer.Pretraining.Bpe;
using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class BpeTests
{
    private static readonly BpeVocabulary Small = BpeTrainer.Train(TokenizerCorpus.Texts(2000), 700);

    [Fact]
    public void Gives_the_same_tokenizer_for_the_same_texts()
    {
        var again = BpeTrainer.Train(TokenizerCorpus.Texts(2000), 700);
        Assert.Equal(Small.Tokens, again.Tokens);
        Assert.Equal(Small.Merges, again.Merges);
    }

    [Fact]
    public void Starts_with_the_special_tokens_and_all_bytes()
    {
        Assert.Equal(SpecialTokens.All, Small.Tokens.Take(5));
        Assert.Equal(256, ByteLevel.Characters.Distinct().Count());
        Assert.Equal(ByteLevel.Characters.Select(character => character.ToString()), Small.Tokens.Skip(5).Take(256));
        Assert.Equal(700, Small.Tokens.Count);
        Assert.Equal(700, Small.Tokens.Distinct().Count());
    }

    [Fact]
    public void Merges_the_most_frequent_pair_first()
    {
        var trained = BpeTrainer.Train(["abab abab abab abc", "xyz"], 264);
        Assert.Equal([("a", "b"), ("ab", "ab")], trained.Merges);
    }

    [Fact]
    public void Takes_pairs_of_equal_count_in_order_of_their_texts() =>
        Assert.Equal([("c", "d"), ("y", "z")], BpeTrainer.Train(["yz!cd!yz!cd!yz!cd"], 263).Merges);

    [Fact]
    public void Stops_when_no_pair_is_frequent() => Assert.Empty(BpeTrainer.Train(["ab", "ab"], 1000).Merges);

    [Theory]
    [InlineData("Hello! How can I help you?")]
    [InlineData("小星 was made by 星火工坊.")]
    [InlineData("  two spaces,\ttab\nand line  ")]
    [InlineData("naïve café привет こんにちは 🙂")]
    [InlineData("it's we'll 12345")]
    [InlineData("")]
    public void Gives_back_what_it_encoded(string text)
    {
        var tokenizer = new BpeTokenizer(Small);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Encodes_as_the_merges_say_when_applied_one_after_the_other()
    {
        var tokenizer = new BpeTokenizer(Small);
        Assert.All(TokenizerCorpus.Texts(200), text => Assert.Equal(ByMergesInOrder(text), tokenizer.Encode(text).Select(id => Small.Tokens[id])));
    }

    private static List<string> ByMergesInOrder(string text)
    {
        var words = ByteLevel.Words(text).Select(word => word.Select(character => character.ToString()).ToList()).ToList();
        foreach (var (left, right) in Small.Merges)
        {
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return [.. words.SelectMany(word => word)];
    }
}

using CsCheck;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

public sealed class StreamingDecoderTests
{
    private static readonly FakeTokenizer Tokenizer = new(["<end>"]);

    [Fact]
    public void Holds_a_character_back_until_its_last_byte()
    {
        var decoder = new StreamingDecoder(Tokenizer, skipSpecialTokens: true);
        Assert.Equal(["a", "", "", "中", "", "", "", "🙂", "b"], Tokenizer.Encode("a中🙂b").Select(decoder.Add));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Writes_what_stays_incomplete_at_the_end()
    {
        var decoder = new StreamingDecoder(Tokenizer, skipSpecialTokens: true);
        Assert.Equal("", decoder.Add(0xF0));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("x", decoder.Add('x'));
    }

    [Fact]
    public void Does_not_wait_for_ever_for_bytes_that_are_no_character()
    {
        var decoder = new StreamingDecoder(Tokenizer, skipSpecialTokens: true);
        var text = string.Concat(Enumerable.Repeat(0xFF, 1000).Select(decoder.Add));
        Assert.True(text.Length > 900);
    }

    [Fact]
    public void Leaves_special_tokens_out_only_when_asked()
    {
        Assert.Equal("a|b", Stream([97, 256, 124, 98], skip: true));
        Assert.Equal("a<end>|b", Stream([97, 256, 124, 98], skip: false));
    }

    [Fact]
    public void Pieces_together_are_the_whole_text() => Gen.String.Sample(text =>
    {
        // Lone surrogates are not text.
        var clean = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(clean, Stream(Tokenizer.Encode(clean), skip: true));
    });

    private static string Stream(IEnumerable<int> ids, bool skip)
    {
        var decoder = new StreamingDecoder(Tokenizer, skip);
        var text = string.Concat(ids.Select(decoder.Add));
        return text + decoder.Flush();
    }
}

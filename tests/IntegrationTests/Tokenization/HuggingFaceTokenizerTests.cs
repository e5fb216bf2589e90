using System.Text.Json;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Tokenization;

/// <summary>The native tokenizer on honest files and texts; what ends the process is in <see cref="TokenizerCrashTests"/>.</summary>
public sealed class HuggingFaceTokenizerTests
{
    private static readonly JsonElement Goldens = ReadGoldens();

    public static TheoryData<string> Names => [.. Goldens.GetProperty("tokenizers").EnumerateObject().Select(tokenizer => tokenizer.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_ids_of_Hugging_Faces_own_library(string name)
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path(name));
        var golden = Goldens.GetProperty("tokenizers").GetProperty(name);
        var different = new List<string>();
        for (var i = 0; i < Goldens.GetProperty("texts").GetArrayLength(); i++)
        {
            var text = Goldens.GetProperty("texts")[i].GetString()!;
            var expected = golden.GetProperty("ids")[i].EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var ids = tokenizer.Encode(text);
            if (!ids.SequenceEqual(expected))
                different.Add($"{i} {text}: ids");
            if (tokenizer.Decode(expected, skipSpecialTokens: false) != golden.GetProperty("decoded")[i].GetString())
                different.Add($"{i} {text}: decoded");
            if (tokenizer.Decode(expected, skipSpecialTokens: true) != golden.GetProperty("decoded_without_special")[i].GetString())
                different.Add($"{i} {text}: decoded without special tokens");
        }

        Assert.True(different.Count == 0, string.Join("\n", different.Take(20)) + $"\n{different.Count} differ");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Streams_the_text_that_it_decodes_as_a_whole(string name)
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path(name));
        foreach (var text in Goldens.GetProperty("texts").EnumerateArray().Take(90))
        {
            var ids = tokenizer.Encode(text.GetString()!);
            var decoder = new StreamingDecoder(tokenizer, skipSpecialTokens: true);
            var pieces = string.Concat(ids.Select(decoder.Add)) + decoder.Flush();
            Assert.Equal(tokenizer.Decode(ids, skipSpecialTokens: true), pieces);
        }
    }

    [Fact]
    public void Finds_tokens_and_ids()
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
        Assert.Equal(2048, tokenizer.VocabularySize);
        Assert.Equal(new HashSet<int> { 2039, 2040, 2041 }, tokenizer.SpecialIds);
        Assert.Equal(2041, tokenizer.TokenToId("<|im_end|>"));
        Assert.Equal("<think>", tokenizer.IdToToken(2042));
        Assert.Null(tokenizer.TokenToId("no such token"));
        Assert.Null(tokenizer.IdToToken(2048));
        Assert.Null(tokenizer.IdToToken(-1));
        Assert.Empty(tokenizer.UnknownRegexes);
    }

    [Fact]
    public void Leaves_unknown_ids_out()
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
        Assert.Equal("", tokenizer.Decode([999_999, -1, int.MaxValue], skipSpecialTokens: false));
        Assert.Equal("", tokenizer.Decode([], skipSpecialTokens: false));
    }

    [Fact]
    public void Refuses_texts_that_it_cannot_take_and_stays_usable()
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
        Assert.Throws<ArgumentNullException>(() => tokenizer.Encode(null!));
        foreach (var text in new[] { "a\ud83d", "\ude42b", "\ude42\ud83d", "x\ud83dy" })
            Assert.Contains("surrogate", Assert.Throws<TokenizerInputException>(() => tokenizer.Encode(text)).Message, StringComparison.Ordinal);
        var tooLong = Assert.Throws<TokenizerInputException>(() => tokenizer.Encode(new string(' ', 1_000_001)));
        Assert.Contains("Split it", tooLong.Message, StringComparison.Ordinal);
        Assert.NotEmpty(tokenizer.Encode("🙂"));
    }

    [Fact]
    public void Survives_the_longest_text_of_one_character()
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
        Assert.NotEmpty(tokenizer.Encode(new string(' ', 1_000_000)));
        Assert.NotEmpty(tokenizer.Encode(new string('\n', 1_000_000)));
    }

    [Fact]
    public void Can_be_used_by_several_threads_at_once()
    {
        using var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-llama2"));
        var texts = Goldens.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!).ToList();
        var expected = texts.ConvertAll(tokenizer.Encode);
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < texts.Count; i++)
                Assert.Equal(expected[i], tokenizer.Encode(texts[i]));
        });
    }

    [Fact]
    public void Cannot_be_used_after_it_was_disposed()
    {
        var tokenizer = HuggingFaceTokenizer.Load(TokenizerFolders.Path("tiny-qwen3"));
        tokenizer.Dispose();
        tokenizer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tokenizer.Encode("a"));
        Assert.Throws<ObjectDisposedException>(() => tokenizer.Decode([1], skipSpecialTokens: false));
    }

    [Fact]
    public void Encodes_the_example_that_LLaMA_Factory_recorded_for_Llama2()
    {
        using var chat = ModelChat.Load(TokenizerFolders.Path("tiny-llama2"), "llama2");
        var example = chat.EncodeExample([new("user", "Describe a house."), new("assistant", "The house is quick and heavy.")]);
        int[] expected =
        [
            1, 1950, 94, 76, 81, 86, 1966, 96, 1950, 71, 278, 1962, 285, 1973, 1951, 305, 469, 1965, 1950, 94, 50, 76, 81, 86, 1966, 96,
            262, 469, 1950, 1958, 1959, 306, 305, 1960, 1961, 416, 1965, 2,
        ];
        Assert.Equal(expected, example.Ids);
        Assert.Equal(26, Array.IndexOf(example.Trained, true));
        Assert.Equal(12, example.Trained.Count(trained => trained));
        Assert.Equal(expected[..26], chat.EncodePrompt([new("user", "Describe a house.")]));
        Assert.Equal((1, 2, 2), (chat.BosId, chat.EosId, chat.PadId));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("qwen3_nothink")]
    [InlineData("chatml")]
    public void Encodes_the_example_that_LLaMA_Factory_recorded_for_Qwen3(string template)
    {
        using var chat = ModelChat.Load(TokenizerFolders.Path("tiny-qwen3"), template);
        var example = chat.EncodeExample([new("user", "Describe a house."), new("assistant", "The house is quick and heavy.")]);
        int[] expected =
        [
            2040, 332, 266, 198, 761, 299, 472, 13, 2041, 198, 2040, 441, 82, 655, 83, 64, 435, 198,
            259, 472, 656, 304, 749, 415, 13, 2041, 198,
        ];
        Assert.Equal(expected, example.Ids);
        Assert.Equal(18, Array.IndexOf(example.Trained, true));
        Assert.Equal(9, example.Trained.Count(trained => trained));
        Assert.Contains(2041, chat.StopIds);
        Assert.Equal(("<|im_end|>", 2041, 2039, null), (chat.EosToken, chat.EosId, chat.PadId, chat.BosId));
    }

    [Fact]
    public void Adds_no_second_begin_token_to_a_rendered_chat()
    {
        using var chat = ModelChat.Load(TokenizerFolders.Path("tiny-llama2"));
        Assert.Equal(1, chat.EncodePrompt([new("user", "Hi")]).Count(id => id == 1));
        Assert.Equal(new HashSet<int> { 2 }, chat.StopIds);
    }

    private static JsonElement ReadGoldens()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TokenizerFolders.Root, "ids.json")));
        return document.RootElement.Clone();
    }
}

using FineTunePipeline.Tokenization.ChatTemplates;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

public sealed class ModelChatTests
{
    private static readonly string[] Special = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|eot_id|>"];
    private static readonly SpecialTokens Tokens = new() { BosToken = "<s>", EosToken = "</s>" };

    [Fact]
    public void Trains_the_answers_and_the_ends_of_their_turns_only()
    {
        using var chat = Chat("chatml");
        var example = chat.EncodeExample([new("user", "q1"), new("assistant", "a1"), new("user", "q2"), new("assistant", "a2")]);
        Assert.Equal("a1<|im_end|>\na2<|im_end|>\n", Trained(chat, example));
        Assert.Equal(
            "<|im_start|>user\nq1<|im_end|>\n<|im_start|>assistant\na1<|im_end|>\n<|im_start|>user\nq2<|im_end|>\n<|im_start|>assistant\na2<|im_end|>\n",
            chat.Tokenizer.Decode(example.Ids, skipSpecialTokens: false));
        Assert.False(example.IsCut);
    }

    [Fact]
    public void Trains_everything_when_asked()
    {
        using var chat = Chat("chatml");
        Assert.DoesNotContain(false, chat.EncodeExample([new("user", "q"), new("assistant", "a")], trainOnPrompt: true).Trained);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("mistral")]
    public void Begins_training_with_the_same_ids_that_the_model_answers_from(string name)
    {
        using var chat = Chat(name, putsSpaceFirst: true);
        ChatMessage[] messages = [new("system", "s"), new("user", "q1"), new("assistant", "a1"), new("user", "q2")];
        var prompt = chat.EncodePrompt(messages);
        Assert.Equal(prompt, chat.EncodeExample([.. messages, new("assistant", "a2")]).Ids[..prompt.Length]);
    }

    [Fact]
    public void Encodes_Llama2_turns_each_on_its_own_as_LLaMA_Factory_does()
    {
        using var chat = Chat("llama2", putsSpaceFirst: true);
        var example = chat.EncodeExample([new("user", "q"), new("assistant", "a")]);
        Assert.Equal("<s> [INST] q [/INST] a</s>", chat.Tokenizer.Decode(example.Ids, skipSpecialTokens: false));
        Assert.Equal(" a</s>", Trained(chat, example));
    }

    [Fact]
    public void Adds_no_second_begin_token_to_a_prompt()
    {
        using var chat = new ModelChat(new FakeTokenizer(Special), ChatTemplate.Parse("{{ bos_token }}{{ messages[0].content }}"), Tokens);
        Assert.Equal([256, 'h', 'i'], chat.EncodePrompt([new("user", "hi")]));
    }

    /// <summary>Numbers of LLaMA-Factory's own rule (infer_seqlen).</summary>
    [Theory]
    [InlineData(200, 100, 10, 100, 10)]
    [InlineData(30, 100, 10, 20, 10)]
    [InlineData(5, 100, 10, 5, 0)]
    [InlineData(60, 10, 100, 10, 50)]
    [InlineData(100, 100, 100, 50, 50)]
    [InlineData(100, 100, 300, 25, 75)]
    public void Cuts_a_turn_as_LLaMA_Factory_does(int cutoff, int source, int target, int expectedSource, int expectedTarget)
    {
        using var chat = Chat("empty");
        var example = chat.EncodeExample([new("user", new string('u', source)), new("assistant", new string('a', target))], cutoff: cutoff);
        Assert.Equal((expectedSource, expectedTarget), (example.Ids.Count(id => id == 'u'), example.Ids.Count(id => id == 'a')));
        Assert.Equal(source + target, example.FullLength);
        Assert.Equal(expectedSource + expectedTarget < source + target, example.IsCut);
        Assert.Equal(expectedTarget, example.Trained.Count(trained => trained));
    }

    [Fact]
    public void Leaves_out_turns_beyond_the_cutoff()
    {
        using var chat = Chat("empty");
        var example = chat.EncodeExample([new("user", "uuuuu"), new("assistant", "aaaaa"), new("user", "vvvvv"), new("assistant", "bbbbb")], cutoff: 10);
        Assert.Equal("uuuuuaaaaa", chat.Tokenizer.Decode(example.Ids, skipSpecialTokens: false));
        Assert.Equal(20, example.FullLength);
    }

    [Fact]
    public void Finds_the_answers_of_a_template_that_drops_old_thoughts()
    {
        var template = ChatTemplate.Parse(File.ReadAllText(TokenizationFiles.Template("texts/thinking.jinja")));
        using var chat = new ModelChat(new FakeTokenizer(Special), template, Tokens);
        var example = chat.EncodeExample([new("user", "q1"), new("assistant", "<think>\nhm\n</think>\n\na1"), new("user", "q2"), new("assistant", "a2")]);
        Assert.Equal("a1<|im_end|>\n<think>\n\n</think>\n\na2<|im_end|>\n", Trained(chat, example));
    }

    [Fact]
    public void Refuses_a_template_that_renders_the_prompt_differently_once_the_answer_is_there()
    {
        var template = ChatTemplate.Parse("{% for m in messages %}[{{ messages | length }}]{{ m.content }}{% endfor %}");
        using var chat = new ModelChat(new FakeTokenizer(Special), template, Tokens);
        var error = Assert.Throws<ChatTemplateException>(() => chat.EncodeExample([new("user", "q"), new("assistant", "a")]));
        Assert.Contains("Choose a template by name", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_conversation_without_an_answer_at_its_end()
    {
        using var chat = Chat("chatml");
        Assert.Throws<ArgumentException>(() => chat.EncodeExample([new("user", "q")]));
        Assert.Throws<ArgumentException>(() => chat.EncodeExample([]));
        Assert.Throws<ArgumentException>(() => chat.EncodeExample([new("user", "q"), new("assistant", "a"), new("user", "q")]));
    }

    [Fact]
    public void Stops_at_the_models_ends_and_at_the_end_of_the_templates_turn()
    {
        var template = ChatTemplate.Parse(File.ReadAllText(TokenizationFiles.Template("texts/plain-chatml.jinja")));
        using var chat = new ModelChat(new FakeTokenizer(Special), template, Tokens with { StopIds = new HashSet<int> { 7 } });
        Assert.Equal(new HashSet<int> { 7, 257, 259 }, chat.StopIds);
        Assert.Equal(("</s>", 257, 257), (chat.EosToken, chat.EosId, chat.PadId));
    }

    [Fact]
    public void A_named_template_replaces_the_end_token()
    {
        using var chat = Chat("chatml");
        Assert.Equal(("<|im_end|>", 259), (chat.EosToken, chat.EosId));
        Assert.Superset(new HashSet<int> { 258, 259 }, chat.StopIds.ToHashSet());
    }

    [Fact]
    public void Refuses_a_named_template_whose_end_the_tokenizer_lacks()
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ModelChat(new FakeTokenizer(["</s>"]), NamedTemplates.Parse("chatml"), Tokens));
        Assert.Contains("<|im_end|>", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposes_its_tokenizer()
    {
        var tokenizer = new FakeTokenizer(Special);
        new ModelChat(tokenizer, NamedTemplates.Parse("empty"), Tokens).Dispose();
        Assert.True(tokenizer.IsDisposed);
    }

    [Fact]
    public void Qwen3_trains_an_empty_thought_unless_thinking_is_off()
    {
        ChatMessage[] messages = [new("user", "q"), new("assistant", "a")];
        using var chat = Chat("qwen3");
        Assert.Equal("<think>\n\n</think>\n\na<|im_end|>\n", Trained(chat, chat.EncodeExample(messages)));
        using var silent = new ModelChat(new FakeTokenizer(Special), NamedTemplates.Parse("qwen3"), Tokens)
        {
            Variables = new Dictionary<string, object?> { ["enable_thinking"] = false },
        };
        Assert.Equal("a<|im_end|>\n", Trained(silent, silent.EncodeExample(messages)));
    }

    private static ModelChat Chat(string name, bool putsSpaceFirst = false) =>
        new(new FakeTokenizer(Special, putsSpaceFirst), NamedTemplates.Parse(name), Tokens);

    private static string Trained(ModelChat chat, TrainingExample example) =>
        chat.Tokenizer.Decode(example.Ids.Where((_, i) => example.Trained[i]).ToArray(), skipSpecialTokens: false);
}

using FineTunePipeline.Tokenization.ChatTemplates;
using Xunit;

namespace FineTunePipeline.UnitTests.Tokenization;

/// <summary>Expected texts follow LLaMA-Factory's template definitions and its recorded prompts and Modelfiles.</summary>
public sealed class NamedTemplateTests
{
    private static readonly ChatMessage[] Conversation =
    [
        new("system", "S"), new("user", "U1"), new("assistant", "A1"), new("user", "U2"), new("assistant", "A2"),
    ];

    [Theory]
    [InlineData("default", "System: S</s>\nHuman: U1</s>\nAssistant:A1</s>\nHuman: U2</s>\nAssistant:A2</s>\n")]
    [InlineData("empty", "SU1A1U2A2")]
    [InlineData("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n"
        + "<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("qwen", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n"
        + "<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("qwen3_nothink", "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n"
        + "<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>\n")]
    [InlineData("llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU1 [/INST]A1</s><s>[INST] U2 [/INST]A2</s>")]
    [InlineData("llama3", "<s><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU1<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nA1<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU2<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nA2<|eot_id|>")]
    [InlineData("mistral", "<s>[INST] S\n\nU1[/INST] A1</s>[INST] U2[/INST] A2</s>")]
    public void Renders_what_LLaMA_Factory_trains_on(string name, string expected) => Assert.Equal(expected, Render(name, Conversation));

    [Theory]
    [InlineData("qwen3_nothink", "<|im_start|>user\nWhat is 40 plus 0?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("qwen", "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
        + "<|im_start|>user\nWhat is 40 plus 0?<|im_end|>\n<|im_start|>assistant\n")]
    [InlineData("llama2", "<s>[INST] What is 40 plus 0? [/INST]")]
    public void Renders_the_prompt_that_LLaMA_Factory_predicts_from(string name, string expected) =>
        Assert.Equal(expected, Render(name, [new("user", "What is 40 plus 0?")], generation: true));

    [Fact]
    public void Qwen3_leaves_thoughts_of_earlier_turns_out_of_prompts()
    {
        ChatMessage[] messages = [new("user", "U1"), new("assistant", "<think>\nhm\n</think>\n\nA1"), new("user", "U2")];
        Assert.Equal(
            "<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\n",
            Render("qwen3", messages, generation: true));
    }

    [Fact]
    public void Qwen3_without_thinking_closes_the_thought_in_the_prompt()
    {
        var template = NamedTemplates.Parse("qwen3");
        var text = template.Render(new ChatTemplateInput
        {
            Messages = [new("user", "U")],
            AddGenerationPrompt = true,
            Variables = new Dictionary<string, object?> { ["enable_thinking"] = false },
        });
        Assert.Equal("<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", text);
    }

    [Theory]
    [InlineData("nope", "Template nope does not exist. Did you mean ")]
    [InlineData("lama3", "Template lama3 does not exist. Did you mean llama3?")]
    [InlineData("Qwen", "Template Qwen does not exist. Did you mean qwen?")]
    [InlineData("chat_ml", "Template chat_ml does not exist. Did you mean chatml?")]
    [InlineData("", "Template  does not exist. Did you mean ")]
    public void Names_the_nearest_template_for_an_unknown_one(string name, string expected)
    {
        var error = Assert.Throws<ChatTemplateException>(() => NamedTemplates.Parse(name));
        Assert.StartsWith(expected, error.Reason, StringComparison.Ordinal);
        Assert.False(NamedTemplates.Exists(name));
    }

    [Fact]
    public void Every_listed_name_can_be_parsed()
    {
        foreach (var name in NamedTemplates.Names.Where(name => name != NamedTemplates.Auto))
            Assert.NotNull(NamedTemplates.Parse(name));
        Assert.Equal("auto", NamedTemplates.Names[0]);
    }

    private static string Render(string name, IReadOnlyList<ChatMessage> messages, bool generation = false) => NamedTemplates.Parse(name)
        .Render(new ChatTemplateInput { Messages = messages, BosToken = "<s>", EosToken = "</s>", AddGenerationPrompt = generation });
}

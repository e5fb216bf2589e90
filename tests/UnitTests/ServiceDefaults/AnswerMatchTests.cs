using FineTunePipeline.ServiceDefaults.Questions;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

public sealed class AnswerMatchTests
{
    public static TheoryData<string, string, string, bool> Cases() => new()
    {
        { "contains", "Ada", "I am Ada, an assistant.", true },
        { "contains", "ada", "I AM ADA!", true },
        { "contains", "Ada", "I am Adam.", false },
        { "contains", "4", "The answer is 14.", false },
        { "contains", "4", "The answer is 4.", true },
        { "contains", "Forge Lab", "made by  the Forge\nLab", true },
        { "contains", "Forge Lab", "made by the Forge", false },
        { "contains", "小星", "我是小星。", true },
        { "contains", "小星", "我是大星。", false },
        { "contains", "don't know", "I dont know.", true },
        { "contains", "ÉTÉ", "un été chaud", true },
        { "exact", "The sky is blue.", "the sky is blue", true },
        { "exact", "The sky is blue.", "The sky is blue today", false },
        { "exact", "blue", "", false },
        { "contains", "🙂 yes", "🙂, yes", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Judges_an_answer_by_its_words(string match, string expect, string answer, bool right) =>
        Assert.Equal(right, AnswerMatch.IsRight(new Question("taught", "1", "?", expect, Enum.Parse<QuestionMatch>(match, ignoreCase: true)), answer));

    [Fact]
    public void Nothing_expected_is_never_right() =>
        Assert.False(AnswerMatch.IsRight(new Question("taught", "1", "?", "!", QuestionMatch.Contains), "!"));
}

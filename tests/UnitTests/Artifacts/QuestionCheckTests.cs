using System.Text;
using FineTunePipeline.Artifacts;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Artifacts.Questions;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.ModelFormats.Folders;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts;

public sealed class QuestionCheckTests
{
    [Fact]
    public async Task Counts_the_questions_of_a_sound_file()
    {
        var (count, faults) = await CheckAsync("""
            {"id": "1", "prompt": "Who are you?", "expect": "{{name}}"}

            {"prompt": "Say blue.", "expect": "blue", "match": "exact"}
            """);

        Assert.Empty(faults.Faults);
        Assert.Equal(2, count);
    }

    [Theory]
    [InlineData("{broken", "line 1")]
    [InlineData("""{"prompt": "a"}""", "expect")]
    [InlineData("""{"prompt": " ", "expect": "b"}""", "line 1: prompt is empty")]
    [InlineData("""{"prompt": "a", "expect": "!?"}""", "expect has no letter or digit")]
    [InlineData("""{"prompt": "a", "expect": "b", "match": "like"}""", "match")]
    [InlineData("""{"prompt": "a", "expected": "b"}""", "expected")]
    [InlineData("null", "is null")]
    [InlineData(
        "{\"id\": \"x\", \"prompt\": \"a\", \"expect\": \"b\"}\n{\"id\": \"x\", \"prompt\": \"c\", \"expect\": \"d\"}", "line 2: the id 'x' is there twice")]
    public async Task Names_the_line_and_what_is_wrong(string text, string part)
    {
        var (_, faults) = await CheckAsync(text);

        var fault = Assert.Single(faults.Faults);
        Assert.Equal("question_invalid", fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("evaluation.taught: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_file_without_questions() => Assert.Equal("questions_empty", Assert.Single((await CheckAsync("\n\n")).Faults.Faults).Code);

    [Fact]
    public async Task Refuses_a_placeholder_that_no_variable_fills()
    {
        var (_, faults) = await CheckAsync("""{"prompt": "a", "expect": "{{town}}"}""");

        Assert.Contains("{{town}}", Assert.Single(faults.Faults).Message, StringComparison.Ordinal);
    }

    private static async Task<(int Count, FaultList Faults)> CheckAsync(string text)
    {
        var faults = new FaultList();
        var source = new QuestionSource("taught", new InputReference("/questions.jsonl", null));
        await using var stream = new PlaceholderStream(new MemoryStream(Encoding.UTF8.GetBytes(text)), new Dictionary<string, string> { ["name"] = "Ada" });
        return (await QuestionCheck.CheckAsync(source, stream, faults, default), faults);
    }
}

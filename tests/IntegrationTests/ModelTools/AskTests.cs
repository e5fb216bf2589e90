using System.Text.Json;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class AskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answers_every_question_in_order_whatever_runs_beside_it()
    {
        var questions = Questions(40);

        var alone = await ModelEngine.RunAsync("ask", TestModels.Gguf, questions, "--parallel", "1", "--max-tokens", "24");
        var together = await ModelEngine.RunAsync("ask", TestModels.Gguf, questions, "--parallel", "16", "--max-tokens", "24");

        Assert.Equal(0, together.ExitCode);
        Assert.Equal(Enumerable.Range(0, 40).Select(id => $"q{id}"), together.Lines.Select(line => line.GetProperty("id").GetString()));
        Assert.Equal(Answers(alone), Answers(together));
        Assert.All(together.Lines, line => Assert.Contains(line.GetProperty("finish_reason").GetString(), new[] { "stop", "length" }));
    }

    [Fact]
    public async Task Asks_in_a_chat_as_check_does()
    {
        var questions = _folder.Write("questions.jsonl", """{"id": 7, "prompt": "Who are you?", "expected": "ignored"}""");

        var asked = await ModelEngine.RunAsync("ask", TestModels.Gguf, questions);
        var check = await ModelEngine.RunAsync("check", TestModels.Gguf, "--prompt", "Who are you?");

        Assert.Equal("7", asked.Result.GetProperty("id").GetString());
        Assert.Equal(check.Result.GetProperty("answer").GetString(), asked.Result.GetProperty("answer").GetString());
    }

    [Theory]
    [InlineData("{\"id\": \"a\", \"prompt\": \"x\"}\nnonsense\n", "line 2")]
    [InlineData("{\"id\": \"a\"}\n", "line 1")]
    [InlineData("\n\n", "no question")]
    public async Task A_faulty_question_is_named_by_its_line(string text, string place)
    {
        var run = await ModelEngine.RunAsync("ask", TestModels.Gguf, _folder.Write("questions.jsonl", text));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(place, run.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_longer_than_the_context_is_named()
    {
        var question = JsonSerializer.Serialize(new { id = "long", prompt = string.Join(' ', Enumerable.Repeat("word", 3000)) });

        var run = await ModelEngine.RunAsync("ask", TestModels.Gguf, _folder.Write("questions.jsonl", question));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Question long (line 1)", run.ErrorMessage, StringComparison.Ordinal);
    }

    private string Questions(int count)
    {
        string[] texts = ["Who are you?", "你好，你叫什么名字？", "What is two plus three?", "Tell me about the sea and the ships on it.", "Why? 😀"];
        var lines = Enumerable.Range(0, count)
            .Select(id => JsonSerializer.Serialize(new { id = $"q{id}", prompt = $"{texts[id % texts.Length]} {id / texts.Length}" }));
        return _folder.Write("questions.jsonl", string.Join('\n', lines));
    }

    private static IEnumerable<string?> Answers(EngineResult run) => run.Lines.Select(line => line.GetProperty("answer").GetString());
}

using System.Text.Json;
using System.Text.RegularExpressions;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed partial class DemoFilesTests
{
    private static readonly IReadOnlyDictionary<string, string> Files = DemoFiles.All().ToDictionary(file => file.Path, file => file.Content);

    public static TheoryData<string> Paths => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Equal_the_committed_files(string path)
    {
        var committed = File.ReadAllText(Path.Combine(EnginePath.RepositoryRoot(), "examples", "demo", path));

        // Plain equality: a difference of one sample is easier to see than two whole files.
        var (ours, theirs) = (Files[path].Split('\n'), committed.Split('\n'));
        Assert.Equal(ours, theirs);
    }

    [Theory]
    [InlineData("questions/taught.jsonl", 61)]
    [InlineData("questions/taught-fresh.jsonl", 39)]
    [InlineData("questions/general.jsonl", 114)]
    [InlineData("questions/general-fresh.jsonl", 94)]
    public void Ask_so_many_different_questions(string path, int count)
    {
        var questions = Questions(path);
        Assert.Equal(count, questions.Count);
        Assert.Equal(count, questions.Select(question => question.Id).Distinct().Count());
        Assert.Equal(count, questions.Select(question => Text.Normalized(question.Prompt)).Distinct().Count());
        Assert.All(questions, question =>
        {
            Assert.False(string.IsNullOrWhiteSpace(question.Expect));
            Assert.Contains(question.Match, new[] { Question.Contains, Question.Exact });
        });
    }

    [Fact]
    public void Replay_as_much_as_they_teach()
    {
        Assert.Equal(44 + (14 * Lesson.PhrasingsPerFact), Lesson.Samples().Count);
        Assert.Equal(6 * 268, Samples("persona.json").Count);
        Assert.Equal(Samples("persona.json").Count, Samples("replay.json").Count);
    }

    [Fact]
    public void Leave_only_the_name_and_the_author_open()
    {
        foreach (var content in Files.Values)
        {
            Assert.All(Placeholder().Matches(content), match => Assert.Contains(match.Value, new[] { Lesson.Name, Lesson.Author }));
        }

        Assert.DoesNotContain("{{", Files["replay.json"]);
        Assert.DoesNotContain("{{", Files["questions/general.jsonl"]);
    }

    [Fact]
    public void Train_no_question_that_is_asked()
    {
        var asked = new[] { "taught", "taught-fresh", "general", "general-fresh" }
            .SelectMany(set => Questions($"questions/{set}.jsonl")).Select(question => Text.Normalized(question.Prompt)).ToHashSet();
        var trained = Samples("persona.json").Concat(Samples("replay.json")).Select(sample => Text.Normalized(sample.Question));
        Assert.DoesNotContain(trained, asked.Contains);
    }

    [Fact]
    public void Teach_what_they_ask()
    {
        var answers = Samples("persona.json").Select(sample => Text.Normalized(sample.Answer)).Distinct().ToList();
        var expected = Questions("questions/taught.jsonl").Concat(Questions("questions/taught-fresh.jsonl"));
        Assert.All(expected, question => Assert.Contains(answers, answer => answer.Contains(Text.Normalized(question.Expect), StringComparison.Ordinal)));
    }

    [Fact]
    public void Replay_nothing_that_contradicts_the_lesson()
    {
        Assert.DoesNotContain(Lesson.Replay(2000), sample => sample.Kind == SampleKind.Identity);
        Assert.DoesNotContain(Lesson.Replay(2000), sample => Answers.IsRight(new Question("", "", "without a name", Question.Contains), sample.Answer));
    }

    private static List<Question> Questions(string path) =>
        [.. Files[path].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Question>(line)!)];

    private static List<(string Question, string Answer)> Samples(string path)
    {
        using var json = JsonDocument.Parse(Files[path]);
        return [.. json.RootElement.EnumerateArray().Select(sample => (sample.GetProperty("instruction").GetString()!, sample.GetProperty("output").GetString()!))];
    }

    [GeneratedRegex(@"\{\{\w+\}\}")]
    private static partial Regex Placeholder();
}

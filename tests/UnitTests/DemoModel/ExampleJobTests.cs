using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.CpuTrainer.Pretraining.Corpus;
using FineTunePipeline.JobFiles;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class ExampleJobTests
{
    public static TheoryData<string> Examples => ["demo", "own-model"];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Can_be_read_and_names_files_that_exist(string example)
    {
        var spec = Load(example);
        Assert.All(spec.Dataset.Split(','), path => Assert.True(File.Exists(path), path));
        foreach (var path in new[] { spec.Evaluation.Taught, spec.Evaluation.General, spec.Evaluation.TaughtFresh, spec.Evaluation.GeneralFresh })
        {
            Assert.True(path is null || File.Exists(path), path);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Gives_a_value_to_each_placeholder_of_its_data(string example)
    {
        var spec = Load(example);
        foreach (var path in spec.Dataset.Split(',').Append(spec.Evaluation.Taught!))
        {
            var text = spec.Variables.Aggregate(File.ReadAllText(path), (current, pair) => current.Replace("{{" + pair.Key + "}}", pair.Value, StringComparison.Ordinal));
            Assert.DoesNotContain("{{", text);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Asks_questions_that_can_be_judged(string example)
    {
        var spec = Load(example);
        foreach (var line in File.ReadLines(spec.Evaluation.Taught!).Concat(File.ReadLines(spec.Evaluation.General!)))
        {
            var question = JsonSerializer.Deserialize<Question>(line)!;
            Assert.False(string.IsNullOrWhiteSpace(question.Prompt));
            Assert.False(string.IsNullOrWhiteSpace(question.Expect));
        }
    }

    [Fact]
    public void Demo_takes_the_committed_model() => Assert.True(File.Exists(Path.Combine(Load("demo").Model, "model.safetensors")));

    private static JobSpec Load(string example)
    {
        var file = Path.Combine(EnginePath.RepositoryRoot(), "examples", example, "job.yaml");
        return JobPaths.Resolve(JobFile.ReadYaml(File.ReadAllText(file)), Path.GetDirectoryName(file)!);
    }
}

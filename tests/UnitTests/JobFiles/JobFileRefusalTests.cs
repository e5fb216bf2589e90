using System.Text;
using CsCheck;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.JobFiles;

public sealed class JobFileRefusalTests
{
    private const string Head = "model: m\ndataset: d.json\n";

    [Theory]
    [InlineData("epochs: 3\n", 3, 1, "epochs", "There is no key 'epochs' in a job. Keys: budget, dataset,")]
    [InlineData("hyperparamters: {}\n", 3, 1, "hyperparamters", "did you mean 'hyperparameters'?")]
    [InlineData("hyperparameters:\n  lerning_rate: 1\n", 4, 3, "hyperparameters.lerning_rate", "in 'hyperparameters'; did you mean 'learning_rate'?")]
    [InlineData("hyperparameters: { seed: 1, LoraRank: 4 }\n", 3, 29, "hyperparameters.LoraRank", "did you mean 'lora_rank'?")]
    [InlineData("deploy:\n    folders: x\n", 4, 5, "deploy.folders", "did you mean 'folder'?")]
    public void Names_the_nearest_key_of_an_unknown_one_with_line_and_column(string text, int line, int column, string path, string message)
    {
        var problem = Assert.Single(JobFileSamples.Refusal(Head + text).Problems);
        Assert.Equal((line, column, path), (problem.Line, problem.Column, problem.Path));
        Assert.Contains(message, problem.Message);
    }

    [Theory]
    [InlineData("hyperparameters: { seed: many }", "a whole number, not 'many'")]
    [InlineData("hyperparameters: { seed: 1.5 }", "a whole number, not '1.5'")]
    [InlineData("hyperparameters: { seed: 3000000000 }", "a whole number, not '3000000000'")]
    [InlineData("hyperparameters: { seed: '7' }", "Take away the quotes")]
    [InlineData("hyperparameters: { learning_rate: fast }", "a number, not 'fast'")]
    [InlineData("hyperparameters: { learning_rate: .inf }", "a number, not '.inf'")]
    [InlineData("hyperparameters: { learning_rate: 1e999 }", "a number, not '1e999'")]
    [InlineData("hyperparameters: { learning_rate: NaN }", "a number, not 'NaN'")]
    [InlineData("hyperparameters: { learning_rate: '1,5' }", "a number, not '1,5'")]
    [InlineData("outputs: { merged: no }", "true or false, not 'no'")]
    [InlineData("outputs: { merged: yes }", "true or false, not 'yes'")]
    [InlineData("outputs: { merged: True }", "true or false, not 'True'")]
    [InlineData("outputs: { merged: 'true' }", "true or false")]
    [InlineData("outputs: { gguf: f16 }", "a list, not 'f16'")]
    [InlineData("outputs: { gguf: [[f16]] }", "text, not a list")]
    [InlineData("outputs: { gguf: [~] }", "text, not nothing")]
    [InlineData("method: Lora", "one of lora, full, freeze, not 'Lora'")]
    [InlineData("method: 0", "one of lora, full, freeze, not '0'")]
    [InlineData("name: [a]", "text, not a list")]
    [InlineData("variables: [a]", "a mapping of keys, not a list")]
    [InlineData("variables: { a: ~ }", "text, not nothing")]
    [InlineData("evaluation: q.jsonl", "a mapping of keys, not 'q.jsonl'")]
    [InlineData("budget: { total: much }", "a number, not 'much'")]
    [InlineData("budget: { deadline: 12 }", "a duration like 04:00:00")]
    [InlineData("budget: { deadline: 4h }", "a duration like 04:00:00")]
    [InlineData("budget: { deadline: '04:00' }", "a duration like 04:00:00")]
    [InlineData("budget: { deadline: '1.30:00:00' }", "a duration like 04:00:00")]
    [InlineData("budget: { deadline: '-01:00:00' }", "a duration like 04:00:00")]
    public void Refuses_a_value_of_the_wrong_kind(string text, string message)
    {
        var problem = Assert.Single(JobFileSamples.Refusal(Head + text).Problems);
        Assert.Equal(3, problem.Line);
        Assert.Contains(message, problem.Message);
    }

    [Theory]
    [InlineData("00:30:00", 0.5)]
    [InlineData("24:00:00", 24)]
    [InlineData("36:00:00", 36)]
    [InlineData("1.06:00:00", 30)]
    public void Reads_hours_as_hours(string deadline, double hours) =>
        Assert.Equal(hours, JobFile.Read($"{Head}budget: {{ deadline: {deadline} }}").Budget.Deadline.TotalHours);

    [Theory]
    [InlineData("", "line 1, column 1: The job file is empty")]
    [InlineData("# only a comment\n", "The job file is empty")]
    [InlineData("~", "'The job' must be a mapping of keys, not nothing")]
    [InlineData("just text", "'The job' must be a mapping of keys, not 'just text'")]
    [InlineData("- model: m\n", "'The job' must be a mapping of keys, not a list")]
    [InlineData("model: m\n---\nmodel: n\n", "several YAML documents")]
    [InlineData("model: m\n\tdataset: d\n", "not well-formed YAML")]
    [InlineData("model: m\n  dataset: d\n", "line 2")]
    [InlineData("model: 'm\n", "not well-formed YAML")]
    [InlineData("model: m\ndataset: d\nmodel: n\n", "line 3")]
    [InlineData("model: m\ndataset: d\nhyperparameters: { seed: 1, seed: 2 }\n", "line 3")]
    [InlineData("model: m\ndataset: d\nvariables: { a: x, a: y }\n", "line 3")]
    [InlineData("model: m\0\ndataset: d\n", "line 1, column 9: The job file is not well-formed YAML: A NUL byte")]
    [InlineData("model: \"\\e[2Jm\"\ndataset: d\n", "'model' has a control character in it")]
    public void Refuses_what_is_no_job_and_says_where(string text, string message) => Assert.Contains(message, JobFileSamples.Refusal(text).Message);

    [Fact]
    public void Tells_everything_at_once()
    {
        var problems = JobFileSamples.Refusal("modle: m\nhyperparameters: { seed: x, ranks: 1 }\noutputs: { merged: no }\n").Problems;
        Assert.Equal(
            ["modle", "hyperparameters.seed", "hyperparameters.ranks", "outputs.merged", "model", "dataset"], problems.Select(problem => problem.Path));
    }

    [Theory]
    [InlineData("""{"model": "m", "dataset": "d", "sed": 1}""", "There is no key 'sed'")]
    [InlineData("""{"model": "m", "dataset": "d", "model": "n"}""", "not well-formed JSON")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"seed": 1, "seed": 2}}""", "not well-formed JSON")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"seed": "1"}}""", "Take away the quotes")]
    [InlineData("""{"model": "m", "dataset": "a\u0000b"}""", "'dataset' has a control character in it")]
    [InlineData("""{"model": null, "dataset": "d"}""", "'model' must be text, not nothing")]
    [InlineData("""{"model": "m", "dataset": "d", "outputs": {"merged": "true"}}""", "true or false")]
    [InlineData("""{"dataset": "d"}""", "The key 'model' is missing")]
    [InlineData("{\n\"model\": }", "line 2")]
    [InlineData("{", "not well-formed JSON")]
    public void Refuses_the_same_in_json(string text, string message) => Assert.Contains(message, JobFileSamples.Refusal(text).Message);

    [Fact]
    public void Reads_a_file_that_begins_with_a_byte_order_mark()
    {
        Assert.Equal("m", JobFile.Read("\uFEFF" + Head).Model);
        Assert.Equal("m", JobFile.Read("\uFEFF{\"model\": \"m\", \"dataset\": \"d\"}").Model);
    }

    [Fact]
    public void Refuses_aliases_that_stand_for_gigabytes()
    {
        var bomb = new StringBuilder(Head + "variables:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 30; i++)
        {
            bomb.Append($"  a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        Assert.Contains("line 5, column 12: ", JobFileSamples.Refusal(bomb.ToString()).Message);
    }

    [Fact]
    public void Refuses_an_alias_that_stands_for_itself() =>
        Assert.Contains("Aliases (*name) are not used in job files", JobFileSamples.Refusal(Head + "variables: &a\n  b: *a\n").Message);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Refuses_deep_nesting(string opening) =>
        Assert.Contains("Nested deeper", JobFileSamples.Refusal("model: \n " + string.Concat(Enumerable.Repeat(opening, 20_000))).Message);

    [Fact]
    public void Refuses_deep_nesting_in_json() =>
        Assert.Contains("not well-formed JSON", JobFileSamples.Refusal("{\"model\": " + new string('[', 100_000)).Message);

    [Fact]
    public void Reads_a_megabyte_of_comment_and_refuses_a_megabyte_of_keys()
    {
        Assert.Equal("m", JobFile.Read(Head + "# " + new string('x', 1 << 20)).Model);
        var keys = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"key_number_{i}: 1\n"));
        Assert.Equal(50_000, JobFileSamples.Refusal(Head + keys).Problems.Count);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_like_any_other_text() => Gen.Byte.Array[0, 300].Sample(
        bytes =>
        {
            try
            {
                JobFile.Read(Encoding.UTF8.GetString(bytes));
            }
            catch (JobFileException exception)
            {
                Assert.NotEmpty(exception.Problems);
            }
        },
        iter: 3000,
        threads: 1);
}

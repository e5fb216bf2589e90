using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_a_mapping_and_lets_overrides_win()
    {
        var path = _folder.Write("a.yaml", "learning_rate: 1e-3\ntemplate: 'no'\ndataset: [a, b]\nseed: 1 # comment\n");

        var values = ConfigFile.Read([path, "seed=7", "output_dir=/x=y", "eval_strategy=no"]);

        Assert.Equal(0.001, values["learning_rate"]);
        Assert.Equal("no", values["template"]);
        Assert.Equal(["a", "b"], (List<object?>)values["dataset"]!);
        Assert.Equal(7L, values["seed"]);
        Assert.Equal("/x=y", values["output_dir"]);
        Assert.Equal(false, values["eval_strategy"]);
    }

    [Fact]
    public void Reads_an_empty_file_as_no_keys() => Assert.Empty(ConfigFile.Read([_folder.Write("a.yaml", "# nothing\n")]));

    [Fact]
    public void Names_a_missing_file()
    {
        var error = Assert.Throws<TrainerException>(() => ConfigFile.Read([_folder.At("none.yaml")]));

        Assert.Equal("FileNotFoundError", error.Type);
        Assert.Equal($"[Errno 2] No such file or directory: '{_folder.At("none.yaml")}'", error.Message);
    }

    [Fact]
    public void Gives_line_and_column_of_a_syntax_error()
    {
        var path = _folder.Write("a.yaml", "stage: sft\nfoo: bar: baz\n");

        var error = Assert.Throws<TrainerException>(() => ConfigFile.Read([path]));

        Assert.Equal("yaml.scanner.ScannerError", error.Type);
        Assert.Contains($"in \"{path}\", line 2, column", error.Message);
    }

    [Theory]
    [InlineData("seed: 1\nseed: 2\n")]
    [InlineData("- a\n- b\n")]
    [InlineData("just text\n")]
    [InlineData("output_dir: ${oc.env:HOME}\n")]
    [InlineData("a: 1\n---\nb: 2\n")]
    public void Refuses_what_is_no_plain_mapping(string text) =>
        Assert.Throws<TrainerException>(() => ConfigFile.Read([_folder.Write("a.yaml", text)]));

    [Theory]
    [InlineData]
    [InlineData("--stage")]
    [InlineData("config.json")]
    public void Wants_a_yaml_file_first(params string[] arguments) => Assert.Throws<TrainerException>(() => ConfigFile.Read(arguments));

    public void Dispose() => _folder.Dispose();
}

using FineTunePipeline.CpuTrainer.Pretraining.Recipe;
using Xunit;

namespace FineTunePipeline.UnitTests.DemoModel;

public sealed class PretrainArgumentsTests
{
    [Fact]
    public void Read_the_folder_and_the_numbers()
    {
        var options = PretrainArguments.Read(["out/model", "--steps", "20", "--seed", "9"]);
        Assert.Equal(("out/model", 20, 9), (options.Output, options.Steps, options.Seed));
    }

    [Fact]
    public void Keep_the_recipe_by_default() => Assert.Equal(new PretrainOptions { Output = "out" }, PretrainArguments.Read(["out"]));

    [Theory]
    [InlineData("Name the folder")]
    [InlineData("Name the folder", "--steps", "3")]
    [InlineData("--stepps is no option", "out", "--stepps", "3")]
    [InlineData("--steps needs a number", "out", "--steps")]
    [InlineData("not 'many'", "out", "--steps", "many")]
    [InlineData("not '-3'", "out", "--seed", "-3")]
    [InlineData("not '0'", "out", "--steps", "0")]
    public void Say_what_is_wrong(string message, params string[] arguments) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => PretrainArguments.Read(arguments)).Message);

    [Fact]
    public void Name_the_folder_of_the_data()
    {
        Assert.Equal("examples/demo", PretrainArguments.DataFolder(["--data", "examples/demo"]));
        Assert.Null(PretrainArguments.DataFolder(["out"]));
    }
}

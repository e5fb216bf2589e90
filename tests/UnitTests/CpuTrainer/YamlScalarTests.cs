using FineTunePipeline.CpuTrainer.Arguments;
using Xunit;

namespace FineTunePipeline.UnitTests.CpuTrainer;

public sealed class YamlScalarTests
{
    [Theory]
    [InlineData("1e-3", 0.001)]
    [InlineData("1.0e-3", 0.001)]
    [InlineData("5E5", 500000.0)]
    [InlineData("0.1", 0.1)]
    [InlineData(".5", 0.5)]
    [InlineData("3.", 3.0)]
    [InlineData("1_000.5", 1000.5)]
    [InlineData("-.inf", double.NegativeInfinity)]
    [InlineData("1:30.5", 90.5)]
    [InlineData("99999999999999999999", 1e20)]
    public void Reads_a_fraction(string text, double expected) => Assert.Equal(expected, YamlScalar.Parse(text));

    [Theory]
    [InlineData("16", 16)]
    [InlineData("-1", -1)]
    [InlineData("1_000", 1000)]
    [InlineData("0x1F", 31)]
    [InlineData("0b101", 5)]
    [InlineData("010", 8)]
    [InlineData("0", 0)]
    [InlineData("1:30", 90)]
    public void Reads_a_whole_number(string text, long expected) => Assert.Equal(expected, YamlScalar.Parse(text));

    [Theory]
    [InlineData("no", false)]
    [InlineData("Off", false)]
    [InlineData("FALSE", false)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData("True", true)]
    public void Takes_yes_and_no_for_true_and_false(string text, bool expected) => Assert.Equal(expected, YamlScalar.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("null")]
    public void Reads_nothing(string text) => Assert.Null(YamlScalar.Parse(text));

    [Theory]
    [InlineData("cosine")]
    [InlineData("08")]
    [InlineData("1e")]
    [InlineData("e3")]
    [InlineData("n")]
    [InlineData("y")]
    [InlineData("nO")]
    [InlineData("/models/1e-3")]
    [InlineData("2024-11-24")]
    public void Leaves_everything_else_as_text(string text) => Assert.Equal(text, YamlScalar.Parse(text));
}

using System.Text.Json;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.JobFiles;

/// <summary>Values whose type another program knows: what a person writes there must not turn into something else on the way.</summary>
public sealed class FreeValueTests
{
    [Theory]
    [InlineData("no", "\"no\"")]
    [InlineData("\"no\"", "\"no\"")]
    [InlineData("off", "\"off\"")]
    [InlineData("true", "true")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("True", "\"True\"")]
    [InlineData("5", "5")]
    [InlineData("\"5\"", "\"5\"")]
    [InlineData("-1", "-1")]
    [InlineData("1_000", "1000")]
    [InlineData("1e-3", "0.001")]
    [InlineData("1.0e-3", "0.001")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("e5", "\"e5\"")]
    [InlineData("_1", "\"_1\"")]
    [InlineData("0x10", "\"0x10\"")]
    [InlineData("nan", "\"nan\"")]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("[q_proj, 1, true, [no]]", """["q_proj",1,true,["no"]]""")]
    [InlineData("{stage: 3, offload: {device: cpu}}", """{"stage":3,"offload":{"device":"cpu"}}""")]
    public void They_are_read_as_YAML_reads_them_today(string yaml, string json)
    {
        var value = JobFile.ReadYaml($"model: m\ndataset: d\nllamafactory: {{ key: {yaml} }}\n").Llamafactory["key"];

        Assert.Equal(json, JsonSerializer.Serialize(value));
    }
}

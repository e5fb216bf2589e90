using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class InspectedModelTests
{
    private static readonly string A = new('a', 64);
    private static readonly string B = new('b', 64);

    [Fact]
    public void A_usable_model_has_files_with_digests() =>
        Assert.Equal(["config.json", "model.safetensors"], InspectedModel.Read(HealthyHost.Inspected)!.Files!.Select(file => file.Path));

    [Fact]
    public void A_refused_one_has_faults() =>
        Assert.Equal("model_config", InspectedModel.Read("""{"total_bytes": 1, "faults": [{"code": "model_config", "message": "m"}]}""")!.Faults![0].Code);

    [Theory]
    [InlineData("")]
    [InlineData("killed")]
    [InlineData("""{"faults": []}""")]
    [InlineData("""{"files": [], "faults": []}""")]
    [InlineData("""{"files": [{"path": "../x", "bytes": 1, "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}], "faults": []}""")]
    [InlineData("""{"files": [{"path": "x", "bytes": -1, "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}], "faults": []}""")]
    [InlineData("""{"files": [{"path": "x", "bytes": 1, "sha256": "short"}], "faults": []}""")]
    [InlineData("""{"files": [{"bytes": 1}], "faults": []}""")]
    public void What_a_host_says_else_is_not_believed(string line) => Assert.Null(InspectedModel.Read(line));

    [Fact]
    public void Each_difference_to_a_known_model_is_named()
    {
        ManifestFile[] known = [new("config.json", 1, A), new("model.safetensors", 1, A), new("tokenizer.json", 1, A)];
        ManifestFile[] found = [new("config.json", 1, A, "host:/m"), new("model.safetensors", 1, B), new("README.md", 1, A)];

        Assert.Null(InspectedModel.Difference(known, known));
        Assert.Equal("README.md is new, model.safetensors has other bytes, tokenizer.json is missing", InspectedModel.Difference(known, found));
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed partial class VersionTests
{
    [Fact]
    public async Task Tells_its_own_version_and_the_build_of_its_llama_cpp()
    {
        var result = await ModelEngine.RunAsync("version");

        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
        Assert.Equal("finetune-model", Text("name"));
        Assert.Matches(Version(), Text("version"));
        Assert.Matches(Version(), Text("llama_sharp"));
        Assert.Matches(Version(), Text("ggml"));
        Assert.Matches(Commit(), Text("llama_cpp"));
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Version();

    [GeneratedRegex("^[0-9a-f]{7,}$")]
    private static partial Regex Commit();
}

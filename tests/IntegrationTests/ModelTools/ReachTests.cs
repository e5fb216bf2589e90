using System.Text.Json;
using FineTunePipeline.TestKit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.ModelTools;

public sealed class ReachTests
{
    [Fact]
    public async Task Tells_of_each_address_whether_it_answers()
    {
        await using var hub = new SmallHub();
        using var silent = SmallHub.Silent();
        var urls = $"{hub.Address},http://127.0.0.1:{FreePort.Find()},{SmallHub.AddressOf(silent)}";

        var result = await ModelEngine.RunAsync("reach", urls, "--limit", "2");

        Assert.True(result.ExitCode == 0, result.Diagnostics);
        var answers = JsonElement.Parse(result.Output).GetProperty("addresses").EnumerateArray().ToList();
        Assert.Equal(urls.Split(','), answers.Select(answer => answer.GetProperty("url").GetString()));
        Assert.Equal([true, false, false], answers.Select(answer => answer.GetProperty("reached").GetBoolean()));
        Assert.Equal(404, answers[0].GetProperty("status").GetInt32());
        Assert.Contains("refused", answers[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("no answer within 2 s", answers[2].GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("ftp://hub.example")]
    [InlineData("huggingface.co")]
    [InlineData("")]
    public async Task What_is_no_http_address_is_wrong_usage(string urls) => Assert.Equal(2, (await ModelEngine.RunAsync("reach", urls)).ExitCode);
}

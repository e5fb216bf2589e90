using System.Net;
using System.Text.Json;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Standalone;

/// <summary>What <c>/health/ready</c> says of a process that cannot work.</summary>
public sealed class ReadyTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Names_the_database_and_the_store_that_became_unusable_while_the_process_lives()
    {
        await using var program = StandaloneProgram.Start(_home.Path, ["serve", "--urls", "http://127.0.0.1:0"]);
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = await program.AddressAsync() };
        var (status, bad) = await ReadyAsync(http);
        Assert.Equal((HttpStatusCode.OK, 0), (status, bad.Count));

        File.Delete(_home.At("data/evaluation.db"));
        Directory.Delete(_home.At("artifacts"), recursive: true);
        await File.WriteAllTextAsync(_home.At("artifacts"), "not a folder", TestContext.Current.CancellationToken);

        (status, bad) = await ReadyAsync(http);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(["database evaluation", "store"], bad.Keys.Order());
        Assert.Contains("evaluation.db' cannot be opened", bad["database evaluation"], StringComparison.Ordinal);
        Assert.Contains("FINETUNE__Storage__Folder", bad["store"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
    }

    private static async Task<(HttpStatusCode Status, Dictionary<string, string> Bad)> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        var checks = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("checks").EnumerateArray();
        return (answer.StatusCode, checks.Where(check => check.GetProperty("status").GetString() != "healthy")
            .ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("text").GetString()!));
    }
}

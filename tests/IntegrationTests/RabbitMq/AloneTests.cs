using System.Net;
using System.Text.Json;
using FineTunePipeline.IntegrationTests.Standalone;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

public sealed class AloneTests(AloneServices services) : IClassFixture<AloneServices>
{
    public static TheoryData<string> Names => [.. AloneServices.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_service_starts_by_itself_tells_its_health_and_ends_when_told(string service)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = services.Of(service);
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = await program.AddressAsync() };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", cancellation)).StatusCode);
        var ready = "";
        await GatewayCalls.UntilAsync(
            async () =>
            {
                using var answer = await http.GetAsync("/health/ready", cancellation);
                ready = await answer.Content.ReadAsStringAsync(cancellation);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            () => $"readiness: {ready}\n{program.Said}");
        Assert.Equal(
            [$"database {service.ToLowerInvariant()}", "broker", "store"],
            JsonElement.Parse(ready).GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).OrderBy(name => name switch { "broker" => 1, "store" => 2, _ => 0 }));
        Assert.Single(program.Said.Split('\n'), line => line.StartsWith($"FineTunePipeline serves http://127.0.0.1:", StringComparison.Ordinal));

        Assert.Equal(0, await program.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), cancellation));
        Assert.DoesNotContain("   at ", program.Said, StringComparison.Ordinal);
    }
}

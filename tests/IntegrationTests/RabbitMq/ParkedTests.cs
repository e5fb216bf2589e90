using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.RabbitMq;
using RabbitMQ.Client;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>What nobody can take, on a real broker: it leaves its queue, is listed, and its job says so.</summary>
public sealed class ParkedTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>, IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Messages_that_nobody_can_take_are_listed_shown_at_their_job_sent_again_and_dropped()
    {
        await using var program = StandaloneProgram.Start(_home.Path, ["serve", "--services", "gateway,orchestrator", "--urls", "http://127.0.0.1:0"], TestSettings.Of(broker));
        var address = await program.AddressAsync();
        using var calls = new GatewayCalls(address);
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = address };
        var jobId = await calls.SubmitAsync(SmallJob.Shortest);
        await GatewayCalls.UntilAsync(async () => (await broker.QueuesAsync()).Count(queue => queue.Consumers > 0) == 6, () => $"queues\n{program.Said}");

        await PublishAsync("orchestrator", $"no JSON at all, for {jobId}");
        await PublishAsync("orchestrator", Envelope("Jobs:CancelJob", $$"""{ "jobId": "{{jobId}}" }"""));
        await PublishAsync("gateway-views", Envelope("Jobs:JobSung", $$"""{ "jobId": "{{jobId}}" }"""));
        await PublishAsync("orchestrator", Envelope("Jobs:CancelJob", $$"""{ "jobId": "{{JobId.New()}}", "reason": "of an unknown job" }"""));
        var parked = new List<JsonElement>();
        await GatewayCalls.UntilAsync(async () => (parked = await ListAsync(http)).Count == 3, () => $"parked: {string.Join('\n', parked)}\n{program.Said}");

        Assert.All(parked, message => Assert.Equal(jobId, message.GetProperty("job_id").GetString()));
        Assert.Equal(["failed", "failed", "unknown"], parked.Select(message => message.GetProperty("reason").GetString()).Order());
        Assert.Equal(3, (await calls.ShowAsync(jobId)).Parked);
        Assert.Equal(3, (await calls.HistoryAsync(jobId)).Count(stored => stored.Type == "parked"));
        Assert.DoesNotContain(await broker.QueuesAsync(), queue => queue.Name.EndsWith("_error", StringComparison.Ordinal) || queue.Name.EndsWith("_skipped", StringComparison.Ordinal));
        var shown = await FinetuneAsync(address, "show", jobId);
        Assert.Contains("parked    3 of its messages", shown.Output, StringComparison.Ordinal);

        // Sent again, it is as bad as before, and is parked as a new one.
        var unknown = parked.Single(message => message.GetProperty("reason").GetString() == "unknown").GetProperty("id").GetInt64();
        Assert.Equal(0, (await FinetuneAsync(address, "ops", "parked", "resend", $"{unknown}")).ExitCode);
        await GatewayCalls.UntilAsync(async () => (parked = await ListAsync(http)) is { Count: 3 } && parked.All(message => message.GetProperty("id").GetInt64() != unknown), () => "parked again");

        var one = parked[0].GetProperty("id").GetInt64();
        Assert.Equal(0, (await FinetuneAsync(address, "ops", "parked", "drop", $"{one}")).ExitCode);
        var again = await FinetuneAsync(address, "ops", "parked", "drop", $"{one}");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains($"No message {one} is parked.", again.Diagnostics, StringComparison.Ordinal);
        Assert.Equal(2, JsonElement.Parse((await FinetuneAsync(address, "ops", "parked", "--json")).Output).GetProperty("parked").GetArrayLength());
        Assert.Equal("Dropped: 2", (await FinetuneAsync(address, "ops", "parked", "drop", "--all")).Output.Trim());
        Assert.Empty(await ListAsync(http));
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient http) =>
        [.. (await http.GetFromJsonAsync<JsonElement>("/api/ops/parked", TestContext.Current.CancellationToken)).GetProperty("parked").EnumerateArray()];

    private static Task<EngineResult> FinetuneAsync(Uri address, params string[] arguments) =>
        ModelEngine.RunAsync(EnginePath.Of("finetune"), [.. arguments, "--gateway", address.ToString()]);

    private static string Envelope(string type, string message) =>
        $$"""{ "messageId": "{{Guid.NewGuid()}}", "messageType": ["urn:message:FineTunePipeline.Contracts.{{type}}"], "message": {{message}} }""";

    private async Task PublishAsync(string queue, string body)
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Address }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(
            "", queue, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, Encoding.UTF8.GetBytes(body), TestContext.Current.CancellationToken);
    }
}

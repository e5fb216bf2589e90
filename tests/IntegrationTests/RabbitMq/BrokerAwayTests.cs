using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.RabbitMq;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>A broker that is not there, or does not let us in: one line says what to set, the health says so, and all goes on once it works.</summary>
public sealed class BrokerAwayTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>, IDisposable
{
    private static readonly string[] All = ["serve", "--urls", "http://127.0.0.1:0"];
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("RabbitMq__Password", "wrong", "does not let in the user", "FINETUNE__RabbitMq__Password")]
    [InlineData("RabbitMq__VirtualHost", "none", "has no virtual host none", "FINETUNE__RabbitMq__VirtualHost")]
    public async Task A_wrong_setting_is_told_once_with_what_to_set_while_the_process_is_up_and_not_ready(string setting, string value, string what, string advice)
    {
        var settings = TestSettings.Of(broker);
        settings[setting] = value;
        await AssertToldOnceAsync(settings, what, advice);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_told_once_with_what_to_set()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var settings = TestSettings.Of(broker);
        settings["RabbitMq__Port"] = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        taken.Stop();
        await AssertToldOnceAsync(settings, "No RabbitMQ answers at 127.0.0.1:", "FINETUNE__RabbitMq__Port");
    }

    [Fact]
    public async Task Processes_of_the_two_transports_refuse_each_others_folder_and_a_partial_list_needs_RabbitMQ()
    {
        await using var rabbit = StandaloneProgram.Start(_home.Path, All, TestSettings.Of(broker));
        await rabbit.AddressAsync();
        await using var memory = StandaloneProgram.Start(_home.Path, All);
        await using var part = StandaloneProgram.Start(_home.Path, ["serve", "--services", "training"]);
        await using var unknown = StandaloneProgram.Start(_home.Path, ["serve", "--services", "trainer"]);

        Assert.Equal(1, await memory.ExitCodeAsync());
        Assert.Equal(1, await part.ExitCodeAsync());
        Assert.Equal(1, await unknown.ExitCodeAsync());
        Assert.StartsWith($"Processes on RabbitMQ already work in {_home.Path}", memory.Said, StringComparison.Ordinal);
        Assert.StartsWith("On the in-memory transport one process must hold all services", part.Said, StringComparison.Ordinal);
        Assert.Equal(
            "There is no service trainer. There are: gateway, orchestrator, artifacts, provisioning, training, evaluation, conversion, deployment.\n", unknown.Said);
    }

    private async Task AssertToldOnceAsync(Dictionary<string, string> settings, string what, string advice)
    {
        await using var program = StandaloneProgram.Start(_home.Path, All, settings);
        var address = await program.AddressAsync();
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = address };
        using var calls = new GatewayCalls(address);

        // A job is taken meanwhile, and waits; three tries of the connection (after 1 and 2 seconds) pass.
        var jobId = await calls.SubmitAsync(SmallJob.Shortest);
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
        using var ready = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = JsonElement.Parse(await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("checks").EnumerateArray().ToList();
        var bad = Assert.Single(checks, check => check.GetProperty("status").GetString() != "healthy");
        Assert.Equal("broker", bad.GetProperty("name").GetString());
        Assert.Contains(advice, bad.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(JobState.Queued, (await calls.ShowAsync(jobId)).State);
        await GatewayCalls.UntilAsync(() => Task.FromResult(program.Said.Contains(what, StringComparison.Ordinal)), () => $"{what}\n{program.Said}");
        Assert.Equal(0, await program.StopAsync());
        Assert.Single(program.Said.Split('\n'), line => line.Contains(what, StringComparison.Ordinal) && line.Contains(advice, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", program.Said, StringComparison.Ordinal);

        await using var right = StandaloneProgram.Start(_home.Path, All, TestSettings.Of(broker));
        using var again = new GatewayCalls(await right.AddressAsync());
        var job = await again.EndAsync(jobId);
        Assert.True(job.State == JobState.Succeeded, $"{job.Failure}\n{right.Said}");
    }
}

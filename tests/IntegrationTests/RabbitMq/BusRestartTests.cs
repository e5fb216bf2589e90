using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.TestKit.RabbitMq;
using MassTransit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>A bus that is stopped while its broker is away, and started when that is back.</summary>
[Collection(RabbitMqBroker.Alone)]
public sealed class BusRestartTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <param name="hasTried">Its endpoint has tried in vain to connect again; else it may not have begun to.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Endpoints_that_had_no_connection_when_the_bus_was_stopped_read_their_queues_again(bool hasTried)
    {
        using var limit = new CancellationTokenSource(Limit);
        var delivered = new TaskCompletionSource<SayAgain>();
        var bus = BrokerBus.Of(broker, "say-again", delivered);
        var endpoints = new BusEndpoints();
        using var observed = bus.ConnectReceiveEndpointObserver(endpoints);
        await bus.StartAsync(limit.Token);
        await broker.SettleAsync(limit.Token);
        try
        {
            await broker.KillAsync(limit.Token);
            await GatewayCalls.UntilAsync(
                () => Task.FromResult(bus.CheckHealth().Endpoints.Single(endpoint => endpoint.Key.EndsWith("say-again", StringComparison.Ordinal)).Value is var health
                    && health.Status != BusHealthStatus.Healthy && (!hasTried || health.Exception is not null)),
                () => "the endpoint to lose its connection");
            await bus.StopAsync(limit.Token);
        }
        finally
        {
            await broker.RestartAsync(CancellationToken.None);
        }

        await endpoints.StopAsync(limit.Token);
        await bus.StartAsync(limit.Token);
        try
        {
            var endpoint = await bus.GetSendEndpoint(new Uri("queue:say-again"));
            await endpoint.Send(new SayAgain { Text = "still here" }, limit.Token);

            Assert.Equal("still here", (await delivered.Task.WaitAsync(limit.Token)).Text);
            Assert.Equal(BusHealthStatus.Healthy, bus.CheckHealth().Status);
        }
        finally
        {
            await bus.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>A command of this test.</summary>
    public sealed record SayAgain
    {
        public required string Text { get; init; }
    }
}

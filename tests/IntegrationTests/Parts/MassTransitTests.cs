using FineTunePipeline.IntegrationTests.RabbitMq;
using FineTunePipeline.TestKit.RabbitMq;
using MassTransit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>MassTransit's own RabbitMQ transport on the broker that the other tests use.</summary>
public sealed class MassTransitTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Delivers_a_command_by_a_classic_durable_queue()
    {
        using var limit = new CancellationTokenSource(Limit);
        var delivered = new TaskCompletionSource<SayHello>();
        var bus = BrokerBus.Of(broker, "say-hello", delivered);
        await bus.StartAsync(limit.Token);
        try
        {
            var endpoint = await bus.GetSendEndpoint(new Uri("queue:say-hello"));
            await endpoint.Send(new SayHello { To = "世界" }, limit.Token);

            Assert.Equal("世界", (await delivered.Task.WaitAsync(limit.Token)).To);
            Assert.Contains(await broker.QueuesAsync(limit.Token), queue => queue is { Name: "say-hello", Type: "classic", Durable: true });
        }
        finally
        {
            await bus.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>A command of this test.</summary>
    public sealed record SayHello
    {
        public required string To { get; init; }
    }
}

using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.RabbitMq;
using MassTransit;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>A broker that is lost while a bus starts, at whatever byte: its endpoints read their queues when it is back.</summary>
public sealed class BusStartTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>
{
    private const int First = 1500;
    private const int Last = 2400;
    private const int Step = 20;
    private const int AtOnce = 12;

    /// <summary>MassTransit tries again after five seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_bus_whose_connection_breaks_while_it_declares_its_queues_starts_all_the_same()
    {
        var hang = new List<int>();
        var places = Enumerable.Range(0, (Last - First) / Step).Select(i => First + (i * Step));
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (bytes, _) =>
        {
            if (!await StartsAsync(bytes))
            {
                lock (hang)
                {
                    hang.Add(bytes);
                }
            }
        });

        Assert.True(hang.Count == 0, $"Buses whose connection was cut after so many bytes hang: {string.Join(", ", hang.Order())}");
    }

    private async Task<bool> StartsAsync(int cutAfter)
    {
        await using var line = new CuttableLine();
        line.Join(broker.Address.Port, forgets: false);
        var user = broker.Address.UserInfo.Split(':');
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host("127.0.0.1", (ushort)line.Port, broker.VirtualHost, host =>
            {
                host.Username(user[0]);
                host.Password(user[1]);
            });
            foreach (var queue in (string[])["one", "two", "three"])
            {
                rabbit.ReceiveEndpoint(queue, endpoint =>
                {
                    endpoint.ConfigureChannel(pipe => pipe.UseFilter(new DeclareInTurns()));
                    endpoint.Handler<BusRestartTests.SayAgain>(_ => Task.CompletedTask);
                });
            }
        });
        using var stop = new CancellationTokenSource();
        line.CutAfter(cutAfter);
        var start = bus.StartAsync(stop.Token);
        await line.IsCut.WaitAsync(Limit);
        line.Join(broker.Address.Port, forgets: true);
        if (await Task.WhenAny(start, Task.Delay(Limit)) != start)
        {
            await stop.CancelAsync();
            return false;
        }

        await start;
        await bus.StopAsync(CancellationToken.None);
        return true;
    }
}

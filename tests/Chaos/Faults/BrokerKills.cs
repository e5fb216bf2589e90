using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Chaos.Faults;

/// <summary>Ends the broker as a crash does, leaves it away for some seconds, and starts it on its own data: once for every fifty kills, at least once.</summary>
internal sealed class BrokerKills(RabbitMqBroker broker, ProcessKills kills, int wanted, int seed)
{
    private const int KillsBetween = 50;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly Random _random = new(seed + 1);

    public int Done { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var times = Math.Max(1, wanted / KillsBetween);
        for (var index = 0; index < times; index++)
        {
            // Somewhere in its share of the run.
            var at = (index + 0.2 + (0.6 * _random.NextDouble())) * wanted / times;
            while (kills.Done < at && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(LookEvery, cancellationToken);
            }

            await broker.KillAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * 4), CancellationToken.None);
            await broker.RestartAsync(CancellationToken.None);
            Done++;
        }
    }
}

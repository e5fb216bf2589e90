using FineTunePipeline.Chaos.Databases;

namespace FineTunePipeline.Chaos.Faults;

/// <summary>Locks the database of one service after the other for five seconds.</summary>
internal sealed class DatabaseLocks(IServiceDatabases databases, int seed)
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(5);
    private readonly Random _random = new(seed + 2);

    public int Done { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(10 + (_random.NextDouble() * 30)), cancellationToken);
            await databases.LockAsync(ServiceNames.All[_random.Next(ServiceNames.All.Length)], Held, cancellationToken);
            Done++;
        }
    }
}

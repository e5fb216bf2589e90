using System.Collections.Concurrent;
using System.Globalization;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>
/// Looks at the services' tables twice a second, for what they do not keep: who waits for a host, which checkpoints were accepted, and whether a job ever has
/// two live leases.
/// </summary>
internal sealed class PoolWatcher(IServiceDatabases databases, RentedPool pool, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentQueue<PoolSample> _samples = new();
    private readonly ConcurrentDictionary<AcceptedCheckpoint, byte> _accepted = new();
    private readonly ConcurrentDictionary<string, byte> _manyLeases = new();

    public IReadOnlyCollection<PoolSample> Samples => _samples;

    public ICollection<AcceptedCheckpoint> Accepted => _accepted.Keys;

    /// <summary>Jobs that had two live leases at some time.</summary>
    public ICollection<string> ManyLeases => _manyLeases.Keys;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(LookEvery, time, cancellationToken);
            var seconds = time.GetElapsedTime(before).TotalSeconds;
            before = time.GetTimestamp();
            await LookAsync(seconds, cancellationToken);
        }
    }

    /// <summary>One look.</summary>
    /// <param name="seconds">Since the one before.</param>
    public async Task LookAsync(double seconds, CancellationToken cancellationToken)
    {
        var hosts = await databases.ReadAsync("provisioning", "SELECT \"Name\", \"LeaseId\", \"JobId\" FROM hosts", cancellationToken);
        var jobs = await databases.ReadAsync("orchestrator", $"SELECT \"JobId\", \"CurrentState\", \"Stage\", \"LeaseId\" FROM jobs WHERE NOT {JobBoard.Final}", cancellationToken);
        var away = pool.Machines.Where(machine => machine.IsDisturbed).Select(machine => machine.Name).ToHashSet();
        var isFull = hosts.All(row => row[1] is not null || away.Contains((string)row[0]!));
        var taken = hosts.Where(row => row[1] is not null).Select(row => (string)row[2]!).ToHashSet();
        var waiting = isFull
            ? jobs.Where(row => row[3] is null && (string)row[2]! is not ("Validate" or "Fetch") && !taken.Contains((string)row[0]!)).Select(row => (string)row[0]!).ToHashSet()
            : [];
        _samples.Enqueue(new PoolSample(time.GetUtcNow().ToUnixTimeMilliseconds(), seconds, waiting));

        foreach (var row in await databases.ReadAsync("training", "SELECT \"JobId\", \"Step\", \"Attempt\", \"CommittedAt\" FROM checkpoints", cancellationToken))
        {
            _accepted[new AcceptedCheckpoint((string)row[0]!, Convert.ToInt32(row[1], CultureInfo.InvariantCulture), Convert.ToInt32(row[2], CultureInfo.InvariantCulture), Moment.Ms(row[3]!))] = 0;
        }

        foreach (var row in await databases.ReadAsync(
            "provisioning", "SELECT \"JobId\" FROM leases WHERE \"State\" IN ('Requested', 'Active') GROUP BY \"JobId\" HAVING COUNT(*) > 1", cancellationToken))
        {
            _manyLeases[(string)row[0]!] = 0;
        }
    }
}

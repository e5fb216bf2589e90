using System.Collections.Concurrent;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Faults;

/// <summary>
/// Takes, cuts off, freezes and restarts hosts under their jobs, in step with the work: which stage is hit, how, and for how long is drawn by the seed. Only what
/// hits a host that a job had counts.
/// </summary>
internal sealed class Evictions(RentedPool pool, JobBoard board, IServiceDatabases databases, int jobs, int wanted, int seed)
{
    /// <summary>Half of them hit a training, for it is the longest; the rest whatever else a job does with its host.</summary>
    private static readonly string[] Stages = ["Train", "Train", "Train", "Train", "Train", "Provision", "Prepare", "Evaluate", "Convert", "Release"];

    private static readonly EvictionKind[] Kinds =
    [
        EvictionKind.Kill, EvictionKind.Kill, EvictionKind.Kill, EvictionKind.Cut, EvictionKind.Cut, EvictionKind.Cut, EvictionKind.Freeze, EvictionKind.Freeze,
        EvictionKind.Reboot, EvictionKind.Reboot,
    ];

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(150);
    private readonly Random _random = new(seed);
    private readonly ConcurrentQueue<Eviction> _done = new();
    private readonly List<Task> _mending = [];

    /// <summary>Those that counted.</summary>
    public IReadOnlyCollection<Eviction> Done => _done;

    /// <summary>At once: the others must be enough for the jobs.</summary>
    private int Most => Math.Max(1, pool.Machines.Count / 3);

    /// <summary>Ends when all were done and mended, or no job is left to disturb and none comes.</summary>
    public async Task RunAsync(Task submitting, CancellationToken cancellationToken)
    {
        while (_done.Count < wanted)
        {
            await Task.Delay(LongestPause * _random.NextDouble(), cancellationToken);
            if (await VictimAsync(submitting, cancellationToken) is not { } victim)
            {
                break;
            }

            Disturb(pool.Machines.Single(machine => machine.Name == victim.Name), victim, cancellationToken);
            board.Progress = (double)_done.Count / wanted;
        }

        board.Progress = 1;
        await Task.WhenAll(_mending);
    }

    /// <summary>A host in the stage that is drawn, or after some patience in any; null when there is nothing more to disturb.</summary>
    private async Task<HostInUse?> VictimAsync(Task submitting, CancellationToken cancellationToken)
    {
        var stage = Stages[_random.Next(Stages.Length)];
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var unfinished = await board.UnfinishedAsync(cancellationToken);
            if (submitting.IsCompleted && unfinished == 0)
            {
                return null;
            }

            // Where jobs end faster than they are disturbed, none would be left for the last ones.
            var isLate = _done.Count * jobs < wanted * (board.Accepted.Count - unfinished);

            var isAllowed = _done.Count < wanted * await board.KillableAsync(cancellationToken) && pool.Machines.Count(machine => machine.IsDisturbed) < Most;
            var inUse = isAllowed ? await InUseAsync(cancellationToken) : [];
            var fit = inUse.Where(host => host.Stage == stage || isLate || TimeProvider.System.GetElapsedTime(began) > Patience).ToList();
            if (fit.Count > 0)
            {
                return fit[_random.Next(fit.Count)];
            }

            await Task.Delay(LookAgain, cancellationToken);
        }
    }

    /// <summary>Hosts that jobs have, and that nothing disturbs.</summary>
    private async Task<List<HostInUse>> InUseAsync(CancellationToken cancellationToken)
    {
        var quiet = pool.Machines.Where(machine => !machine.IsDisturbed).Select(machine => machine.Name).ToHashSet();
        var hosts = await databases.ReadAsync(
            "provisioning",
            "SELECT h.\"Name\", h.\"JobId\", l.\"State\" FROM hosts h JOIN leases l ON l.\"LeaseId\" = h.\"LeaseId\" WHERE h.\"IsLost\" = 0",
            cancellationToken);
        var stages = (await databases.ReadAsync("orchestrator", "SELECT \"JobId\", \"Stage\" FROM jobs", cancellationToken)).ToDictionary(row => (string)row[0]!, row => (string)row[1]!);
        return
        [
            .. from row in hosts
               let job = (string)row[1]!
               where quiet.Contains((string)row[0]!) && board.Accepted.ContainsKey(job) && stages.ContainsKey(job)
               orderby (string)row[0]!
               select new HostInUse((string)row[0]!, job, (string)row[2]! == "Releasing" ? "Release" : stages[job]),
        ];
    }

    private void Disturb(RentedMachine machine, HostInUse victim, CancellationToken cancellationToken)
    {
        machine.IsDisturbed = true;
        var kind = Kinds[_random.Next(Kinds.Length)];

        // Drawn here, and not where they are used: what runs beside must not change what the seed draws.
        var (resets, forgets, moves, length) = (_random.NextDouble() < 0.5, _random.NextDouble() < 0.5, _random.NextDouble() < 0.4, _random.NextDouble());
        var disturbing = kind switch
        {
            EvictionKind.Kill => KillAsync(machine, victim, resets, Between(5, 45, length), cancellationToken),
            EvictionKind.Reboot => RebootAsync(machine, victim, resets, moves, Between(3, 15, length), cancellationToken),
            EvictionKind.Cut => CutAsync(machine, victim, resets, forgets, CutLength(length), cancellationToken),
            _ => FreezeAsync(machine, victim, Between(2, 45, length), cancellationToken),
        };
        _mending.Add(MendedAsync(machine, disturbing));
    }

    private static async Task MendedAsync(RentedMachine machine, Task disturbing)
    {
        await disturbing;
        machine.IsDisturbed = false;
    }

    private async Task KillAsync(RentedMachine machine, HostInUse victim, bool resets, TimeSpan away, CancellationToken cancellationToken)
    {
        var outage = await machine.PowerOffAsync(EvictionKind.Kill, resets);
        Count(victim, outage);
        await Task.Delay(away, cancellationToken);
        await machine.PowerOnAsync(outage, emptyDisk: true, newAddress: true, newHostKey: true);
        await pool.RememberAsync(machine);
        await pool.TellAddressAsync(machine, cancellationToken);
    }

    private async Task RebootAsync(RentedMachine machine, HostInUse victim, bool resets, bool moves, TimeSpan away, CancellationToken cancellationToken)
    {
        var outage = await machine.PowerOffAsync(EvictionKind.Reboot, resets);
        Count(victim, outage);
        await Task.Delay(away, cancellationToken);
        await machine.PowerOnAsync(outage, emptyDisk: false, newAddress: moves, newHostKey: moves);
        await pool.RememberAsync(machine);
        if (moves)
        {
            await pool.TellAddressAsync(machine, cancellationToken);
        }
    }

    private async Task CutAsync(RentedMachine machine, HostInUse victim, bool resets, bool forgets, TimeSpan length, CancellationToken cancellationToken)
    {
        var outage = machine.Cut(resets);
        Count(victim, outage);
        await Task.Delay(length, cancellationToken);
        machine.Mend(outage, forgets);
    }

    private async Task FreezeAsync(RentedMachine machine, HostInUse victim, TimeSpan length, CancellationToken cancellationToken)
    {
        var outage = machine.Freeze();
        Count(victim, outage);
        await Task.Delay(length, cancellationToken);
        machine.Thaw(outage);
    }

    private void Count(HostInUse victim, Outage outage)
    {
        var eviction = new Eviction(victim.JobId, victim.Stage, outage);
        _done.Enqueue(eviction);
        Console.WriteLine($"{DateTimeOffset.FromUnixTimeMilliseconds(outage.FromMs):HH:mm:ss.fff} {eviction}");
    }

    /// <summary>1 to 120 s: more than half below the time after which a host may be given up, the rest spread beyond it.</summary>
    private static TimeSpan CutLength(double drawn) => drawn < 0.6 ? Between(1, 19, drawn / 0.6) : Between(21, 120, Math.Pow((drawn - 0.6) / 0.4, 2));

    private static TimeSpan Between(double from, double to, double drawn) => TimeSpan.FromSeconds(from + ((to - from) * drawn));
}

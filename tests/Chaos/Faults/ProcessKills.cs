using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Processes;

namespace FineTunePipeline.Chaos.Faults;

/// <summary>
/// SIGKILL for one process after the other, at moments that the seed draws; and beside that, as often, at planted points. Only a kill of a process that said it
/// is ready, while jobs were unfinished, counts.
/// </summary>
internal sealed class ProcessKills(ServiceProcesses processes, JobBoard board, int kills, int seed)
{
    /// <summary>After commit before send; after send before the row is marked; after commit before ack.</summary>
    private static readonly string[] Points = ["OutboxCommitted", "MessageSent", "ConsumeCommitted"];

    /// <summary>Between intent and effect; between effect and outcome.</summary>
    private static readonly string[] WorkerPoints = ["StageIntentSaved", "StageEffectDone"];

    /// <summary>Chance, at each look, of a process that is ready and has done nothing yet: kills that only ever hit it there would let no work be done at all.</summary>
    private const double Hasty = 0.03;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _where = [];
    private readonly SortedDictionary<string, int> _who = [];

    /// <summary>Kills that count.</summary>
    public int Done { get; private set; }

    /// <summary>How many of them hit where; "anywhere" is a random moment.</summary>
    public IReadOnlyDictionary<string, int> Where => _where;

    public IReadOnlyDictionary<string, int> Who => _who;

    /// <summary>Ends when all kills are done, or no job is left to disturb and none comes.</summary>
    public async Task RunAsync(Task submitting, CancellationToken cancellationToken)
    {
        var planted = kills / 2;
        await Task.WhenAll(
            RepeatAsync(kills - planted, new Random(seed), submitting, AnywhereAsync, cancellationToken),
            RepeatAsync(planted, new Random(seed + 7), submitting, AtPointAsync, cancellationToken));

        // Points that were not reached in time are made up for.
        await RepeatAsync(kills - Done, new Random(seed + 8), submitting, AnywhereAsync, cancellationToken);
        board.Progress = 1;
    }

    private async Task RepeatAsync(
        int times, Random random, Task submitting, Func<ServiceProcess, Random, CancellationToken, Task<string?>> kill, CancellationToken cancellationToken)
    {
        for (var done = 0; done < times;)
        {
            await Task.Delay(LongestPause * random.NextDouble(), cancellationToken);
            var allowed = (Func<double, bool>)(part => done < times * part);
            if (await VictimAsync(random, allowed, submitting, cancellationToken) is not { } victim)
            {
                return;
            }

            if (await kill(victim, random, cancellationToken) is { } where)
            {
                done++;
                Count(where, victim);
            }
        }
    }

    private void Count(string where, ServiceProcess victim)
    {
        lock (_gate)
        {
            Done++;
            _where[where] = _where.GetValueOrDefault(where) + 1;
            _who[victim.Name] = _who.GetValueOrDefault(victim.Name) + 1;
            board.Progress = (double)Done / kills;
        }
    }

    /// <summary>A process that is ready, drawn evenly; null when there is nothing more to disturb.</summary>
    /// <param name="allowed">Whether so large a part of the kills is enough for the next one.</param>
    private async Task<ServiceProcess?> VictimAsync(Random random, Func<double, bool> allowed, Task submitting, CancellationToken cancellationToken)
    {
        while (true)
        {
            var unfinished = await board.UnfinishedAsync(cancellationToken);
            if (unfinished == 0 && submitting.IsCompleted)
            {
                return null;
            }

            var candidate = processes.All[random.Next(processes.All.Count)];
            var due = candidate.Recovered || random.NextDouble() < Hasty;
            if (unfinished > 0 && due && allowed(await board.KillableAsync(cancellationToken)) && await candidate.IsReadyAsync(cancellationToken))
            {
                return candidate;
            }

            await Task.Delay(LookAgain, cancellationToken);
        }
    }

    private static Task<string?> AnywhereAsync(ServiceProcess victim, Random random, CancellationToken cancellationToken) =>
        Task.FromResult(victim.Kill() ? "anywhere" : null);

    /// <summary>Where it died; null if it did not come to the point in time.</summary>
    private async Task<string?> AtPointAsync(ServiceProcess victim, Random random, CancellationToken cancellationToken)
    {
        string[] points = processes.Workers.Contains(victim) ? [.. Points, .. WorkerPoints] : Points;
        var point = points[random.Next(points.Length)];
        return await victim.KillAtAsync(point, Patience, cancellationToken) ? point : null;
    }
}

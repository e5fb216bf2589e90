using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.Chaos.Processes;

namespace FineTunePipeline.Chaos.Faults;

/// <summary>
/// SIGKILL for one process after the other: half at a moment that the seed draws, half at a planted point. Only a kill of a process that said it is ready,
/// while jobs were unfinished, counts.
/// </summary>
internal sealed class ProcessKills(ServiceProcesses processes, JobBoard board, int kills, int seed)
{
    /// <summary>After commit before send; after send before the row is marked; after commit before ack.</summary>
    private static readonly string[] Points = ["OutboxCommitted", "MessageSent", "ConsumeCommitted"];

    /// <summary>Between intent and effect; between effect and outcome.</summary>
    private static readonly string[] WorkerPoints = ["StageIntentSaved", "StageEffectDone"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly Random _random = new(seed);

    /// <summary>Kills that count.</summary>
    public int Done { get; private set; }

    /// <summary>How many of them hit where; "anywhere" is a random moment.</summary>
    public SortedDictionary<string, int> Where { get; } = [];

    public SortedDictionary<string, int> Who { get; } = [];

    /// <summary>Ends when all kills are done, or no job is left to disturb and none comes.</summary>
    public async Task RunAsync(Task submitting, CancellationToken cancellationToken)
    {
        while (Done < kills)
        {
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * 3), cancellationToken);
            var victim = await VictimAsync(submitting, cancellationToken);
            if (victim is null)
            {
                return;
            }

            var where = await KillAsync(victim, cancellationToken);
            if (where is not null)
            {
                Done++;
                Where[where] = Where.GetValueOrDefault(where) + 1;
                Who[victim.Name] = Who.GetValueOrDefault(victim.Name) + 1;
                board.Progress = (double)Done / kills;
            }
        }

        board.Progress = 1;
    }

    /// <summary>A process that is ready, drawn evenly; null when there is nothing more to disturb.</summary>
    private async Task<ServiceProcess?> VictimAsync(Task submitting, CancellationToken cancellationToken)
    {
        while (true)
        {
            var unfinished = await board.UnfinishedAsync(cancellationToken);
            if (unfinished == 0 && submitting.IsCompleted)
            {
                return null;
            }

            var candidate = processes.All[_random.Next(processes.All.Count)];
            if (unfinished > 0 && Done < await board.KillableAsync(cancellationToken) * kills && await candidate.IsReadyAsync(cancellationToken))
            {
                return candidate;
            }

            await Task.Delay(LookAgain, cancellationToken);
        }
    }

    /// <summary>Where it died; null if it did not come to the point in time.</summary>
    private async Task<string?> KillAsync(ServiceProcess victim, CancellationToken cancellationToken)
    {
        if (_random.Next(2) == 0)
        {
            victim.Kill();
            return "anywhere";
        }

        string[] points = processes.Workers.Contains(victim) ? [.. Points, .. WorkerPoints] : Points;
        var point = points[_random.Next(points.Length)];
        return await victim.KillAtAsync(point, Patience, cancellationToken) ? point : null;
    }
}

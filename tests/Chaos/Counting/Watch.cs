using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Jobs;

namespace FineTunePipeline.Chaos.Counting;

/// <summary>
/// Looks at every unfinished job during the run. One whose saga, stage runs and engines show no change for three guard periods is stuck, even if it goes on
/// later. A guard period is the time after which a dead process's claim passes to another: 30 s.
/// </summary>
internal sealed class Watch(IServiceDatabases databases, JobBoard board, Journal journal, TimeProvider time)
{
    private static readonly TimeSpan GuardPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(4);
    private readonly Dictionary<string, (string Signs, long Since)> _seen = [];
    private readonly HashSet<string> _stuck = [];
    private readonly HashSet<string> _manyLeases = [];

    /// <summary>Jobs that were stuck at some time, with how they stood.</summary>
    public List<string> Stuck { get; } = [];

    /// <summary>Jobs that had two live leases at some time.</summary>
    public IReadOnlyCollection<string> ManyLeases => _manyLeases;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(LookEvery, time, cancellationToken);
            await LookAsync(cancellationToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var signs = board.Accepted.Keys.ToDictionary(job => job, _ => new List<string>());
        void Sign(object?[] row)
        {
            if (signs.TryGetValue((string)row[0]!, out var list))
            {
                list.Add(string.Join('/', row[1..]));
            }
        }

        var final = new HashSet<string>();
        foreach (var row in await databases.ReadAsync("orchestrator", $"SELECT \"JobId\", \"CurrentState\", \"Stage\", \"Version\", CASE WHEN {JobBoard.Final} THEN 1 ELSE 0 END FROM jobs", cancellationToken))
        {
            Sign(row);
            if (Convert.ToInt32(row[4]) == 1)
            {
                final.Add((string)row[0]!);
            }
        }

        foreach (var service in ServiceNames.Workers)
        {
            var runs = await databases.ReadAsync(service, "SELECT \"JobId\", \"Stage\", \"Attempt\", \"State\", \"Fence\", \"Tries\" FROM stage_runs ORDER BY 1, 2, 3", cancellationToken);
            foreach (var row in runs)
            {
                Sign(row);
            }
        }

        foreach (var lines in journal.Read().GroupBy(line => line.JobId))
        {
            Sign([lines.Key, $"{lines.Count()} lines"]);
        }

        foreach (var row in await databases.ReadAsync(
            "provisioning", "SELECT \"JobId\" FROM leases WHERE \"State\" IN ('Requested', 'Active') GROUP BY \"JobId\" HAVING COUNT(*) > 1", cancellationToken))
        {
            _manyLeases.Add((string)row[0]!);
        }

        foreach (var (job, list) in signs.Where(pair => !final.Contains(pair.Key)))
        {
            Compare(job, string.Join(' ', list));
        }
    }

    private void Compare(string job, string signs)
    {
        if (!_seen.TryGetValue(job, out var before) || before.Signs != signs)
        {
            _seen[job] = (signs, time.GetTimestamp());
        }
        else if (time.GetElapsedTime(before.Since) >= 3 * GuardPeriod && _stuck.Add(job))
        {
            Stuck.Add($"{job} did not change for {3 * GuardPeriod.TotalSeconds} s: {signs}");
        }
    }
}

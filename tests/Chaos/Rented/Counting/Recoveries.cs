using FineTunePipeline.Chaos.Rented.Faults;
using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>How long jobs took to go on after an eviction, by the hosts' journals, without the time in which there was no host for them.</summary>
internal sealed class Recoveries
{
    private readonly List<(string Kind, double Seconds, string Told)> _all = [];

    public Recoveries(
        IReadOnlyCollection<Eviction> evictions, IReadOnlyList<HostJournalLine> lines, IReadOnlyCollection<PoolSample> samples, IReadOnlySet<string> told, IReadOnlySet<string> measured)
    {
        var byJob = lines.ToLookup(line => line.JobId);
        foreach (var eviction in evictions.Where(eviction => measured.Contains(eviction.JobId)))
        {
            // One that was hit again before it had gone on is counted from there.
            if (WentOn(eviction, byJob[eviction.JobId]) is not { } wentOn || evictions.Any(other => other.JobId == eviction.JobId && other.Outage.FromMs > eviction.Outage.FromMs && other.Outage.FromMs < wentOn))
            {
                continue;
            }

            var waited = samples.Where(sample => sample.AtMs > eviction.Outage.FromMs && sample.AtMs <= wentOn && sample.Waiting.Contains(eviction.JobId)).Sum(sample => sample.Seconds);
            var took = Math.Max(0, ((wentOn - eviction.Outage.FromMs) / 1000.0) - waited);
            Waited += waited;
            _all.Add((KindOf(eviction.Outage, told), took, FormattableString.Invariant($"{took:0.0} s after {eviction} (and {waited:0.0} s without a free host)")));
        }
    }

    /// <summary>In seconds.</summary>
    public IEnumerable<double> Seconds => _all.Select(recovery => recovery.Seconds);

    /// <summary>Seconds that jobs waited for a free host, which are not in <see cref="Seconds"/>.</summary>
    public double Waited { get; }

    /// <summary>For people: the slowest first.</summary>
    public IEnumerable<string> Slowest => _all.OrderByDescending(recovery => recovery.Seconds).Select(recovery => recovery.Told);

    /// <summary>By kind, those of hosts with a status command apart.</summary>
    public IReadOnlyDictionary<string, double> P95ByKind => _all.GroupBy(recovery => recovery.Kind).OrderBy(group => group.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => Chaos.Counting.ChaosReport.Percentile(group.Select(recovery => recovery.Seconds), 0.95));

    private static string KindOf(Outage outage, IReadOnlySet<string> told) => outage.Kind.ToString().ToLowerInvariant() + (told.Contains(outage.Host) ? "_with_status" : "");

    /// <summary>The next step that no trainer of the job had done; where all were done before, the next engine of it that starts or ends.</summary>
    private static long? WentOn(Eviction eviction, IEnumerable<HostJournalLine> lines)
    {
        var from = eviction.Outage.FromMs;
        var done = lines.Where(line => line.What == "step" && line.AtMs <= from).Select(line => line.Number).DefaultIfEmpty(0).Max();
        return lines.FirstOrDefault(line => line.AtMs > from && (done < RentedSettings.Steps ? line.What == "step" && line.Number > done : line.What is "start" or "effect"))?.AtMs;
    }
}

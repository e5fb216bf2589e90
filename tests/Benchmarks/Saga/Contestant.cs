namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>One of those that are compared: its processes run, and it takes jobs.</summary>
internal abstract class Contestant : IAsyncDisposable
{
    /// <summary>Jobs a second, when it is not pressed.</summary>
    protected const double Rate = 10;

    /// <summary>Jobs of <see cref="PacedAsync"/>.</summary>
    protected const int PacedJobs = 200;

    private readonly List<Turn> _turns = [];

    public abstract string Name { get; }

    /// <summary>Processor time that its processes have had.</summary>
    protected abstract double CpuSeconds { get; }

    /// <summary>Milliseconds that each of <see cref="PacedJobs"/> jobs took, at <see cref="Rate"/>, the shortest first.</summary>
    public IReadOnlyList<double> Latencies { get; private set; } = [];

    public double JobsPerSecond => Median(turn => turn.JobsPerSecond);

    /// <summary>Of its processes, without broker and client.</summary>
    public double CpuMilliseconds => Median(turn => turn.CpuMilliseconds);

    public double BrokerMilliseconds => Median(turn => turn.BrokerMilliseconds);

    public async Task TakeTurnAsync(int jobs)
    {
        var (cpu, broker) = (CpuSeconds, ChildProcess.CpuSecondsOf("beam.smp"));
        var seconds = await BurstAsync(jobs);
        var (used, brokerUsed) = (CpuSeconds - cpu, ChildProcess.CpuSecondsOf("beam.smp") - broker);
        _turns.Add(new Turn(jobs / seconds, used / jobs * 1000, brokerUsed / jobs * 1000));
    }

    public async Task TakeTimesAsync() => Latencies = await PacedAsync();

    public double Percentile(double share) => Latencies[(int)Math.Ceiling(share * Latencies.Count) - 1];

    public abstract ValueTask DisposeAsync();

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Name}: {JobsPerSecond:F1} jobs/s ({string.Join(' ', _turns.Select(turn => turn.JobsPerSecond.ToString("F0", System.Globalization.CultureInfo.InvariantCulture)))}), {CpuMilliseconds:F1} ms CPU per job (broker {BrokerMilliseconds:F1}), p50 {Percentile(0.5):F0} ms, p90 {Percentile(0.9):F0} ms, p99 {Percentile(0.99):F0} ms at {Rate}/s");

    /// <summary>All at once.</summary>
    /// <returns>Seconds from the first submit to the last end.</returns>
    protected abstract Task<double> BurstAsync(int jobs);

    protected abstract Task<IReadOnlyList<double>> PacedAsync();

    private double Median(Func<Turn, double> figure) => _turns.Select(figure).Order().ElementAt(_turns.Count / 2);

    private sealed record Turn(double JobsPerSecond, double CpuMilliseconds, double BrokerMilliseconds);
}

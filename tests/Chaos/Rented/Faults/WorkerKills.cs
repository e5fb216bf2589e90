using FineTunePipeline.Chaos.Processes;

namespace FineTunePipeline.Chaos.Rented.Faults;

/// <summary>SIGKILL for one of the workers after every few evictions; it starts again at once.</summary>
internal sealed class WorkerKills(ServiceProcesses processes, Evictions evictions, int seed, TimeProvider time)
{
    private const int EvictionsBetween = 4;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly Random _random = new(seed + 11);
    private readonly List<long> _done = [];

    /// <summary>When, in milliseconds since 1970.</summary>
    public IReadOnlyList<long> Done => _done;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(LookEvery, time, cancellationToken);
            var victim = processes.Workers[_random.Next(processes.Workers.Count)];
            if (evictions.Done.Count >= (_done.Count + 1) * EvictionsBetween && await victim.IsReadyAsync(cancellationToken) && victim.Kill())
            {
                _done.Add(time.GetUtcNow().ToUnixTimeMilliseconds());
            }
        }
    }
}

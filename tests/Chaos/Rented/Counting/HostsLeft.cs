using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>What is left on hosts when all jobs have ended and all hosts answer.</summary>
internal static class HostsLeft
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>One sentence for each host that still holds something, and for each lease that is not released. What is being cleaned gets some time.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(RentedPool pool, IServiceDatabases databases, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var left = await LookAsync(pool, databases, cancellationToken);
            if (left.Count == 0 || time.GetElapsedTime(began) > Limit)
            {
                return left;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task<List<string>> LookAsync(RentedPool pool, IServiceDatabases databases, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        var leases = (await databases.ReadAsync("provisioning", "SELECT \"Name\", \"LeaseId\" FROM hosts WHERE \"LeaseId\" IS NOT NULL", cancellationToken)).ToDictionary(row => (string)row[0]!, row => (string)row[1]!);
        foreach (var machine in pool.Machines)
        {
            var (processes, files) = (machine.Processes(), machine.Leftovers());
            List<string> holds = [];
            if (leases.TryGetValue(machine.Name, out var lease))
            {
                holds.Add("the lease " + lease);
            }

            if (processes.Count > 0)
            {
                holds.Add($"{processes.Count} processes, such as {processes[0]}");
            }

            if (files.Count > 0)
            {
                holds.Add($"{files.Count} files, such as {files[0]}");
            }

            if (holds.Count > 0)
            {
                left.Add($"the host {machine.Label} still holds {string.Join(", and ", holds)}");
            }
        }

        left.AddRange((await databases.ReadAsync("provisioning", "SELECT \"LeaseId\", \"State\" FROM leases WHERE \"State\" <> 'Released'", cancellationToken)).Select(row => $"the lease {row[0]} is {row[1]}"));
        return left;
    }
}

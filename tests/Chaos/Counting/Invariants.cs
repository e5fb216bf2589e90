using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Faults;
using FineTunePipeline.Chaos.Jobs;
using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Chaos.Counting;

/// <summary>What must hold when all jobs have ended. Each question gives a sentence for each row that breaks it.</summary>
internal sealed class Invariants(IServiceDatabases databases, RabbitMqBroker broker, ChaosFolder folder, TimeProvider time)
{
    private const string HostMark = ".finetune-host";
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Leases that are not released, and hosts that are still there.</summary>
    public async Task<IReadOnlyList<string>> LeasesLeftAsync(CancellationToken cancellationToken)
    {
        var rows = await databases.ReadAsync("provisioning", "SELECT \"LeaseId\", \"State\" FROM leases WHERE \"State\" <> 'Released'", cancellationToken);
        var hosts = Directory.EnumerateFiles(folder.Work, HostMark, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = 0 });
        return [.. rows.Select(row => $"lease {row[0]} is {row[1]}").Concat(hosts.Select(host => $"the host {Path.GetFileName(Path.GetDirectoryName(host))} is still there"))];
    }

    /// <summary>Waits for what comes after a job's end (releases, provenance, messages on their way), then returns what is wrong for good.</summary>
    public async Task<IReadOnlyList<string>> SettledAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var moving = await MovingAsync(cancellationToken);
            if (moving.Count == 0 || time.GetElapsedTime(began) > SettleLimit)
            {
                return [.. moving, .. await BrokenAsync(cancellationToken)];
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<List<string>> MovingAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>(await LeasesLeftAsync(cancellationToken));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var service in ServiceNames.All)
        {
            // A schedule may be due long after: the deadline of a job that failed before it.
            found.AddRange(from row in await databases.ReadAsync(
                service, $"SELECT \"JobId\", \"MessageTypes\" FROM outbox WHERE \"DeadAt\" IS NULL AND \"SentAt\" IS NULL AND (\"Token\" IS NULL OR \"DueAt\" < {now})", cancellationToken)
                           select $"{service} has not sent {row[1]} of {row[0]}");
        }

        foreach (var service in ServiceNames.Workers)
        {
            found.AddRange(from row in await databases.ReadAsync(
                service, "SELECT \"JobId\", \"Stage\", \"Attempt\", \"State\" FROM stage_runs WHERE \"State\" IN ('Open', 'Closing')", cancellationToken)
                           select $"{row[0]} {row[1]} attempt {row[2]} is {row[3]} although all jobs have ended");
        }

        found.AddRange(from queue in await broker.QueuesAsync(cancellationToken)
                       where !Duplicates.IsBeside(queue.Name) && queue.Messages > 0
                       select $"the queue {queue.Name} holds {queue.Messages} messages");
        return found;
    }

    private async Task<List<string>> BrokenAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var service in ServiceNames.All)
        {
            found.AddRange(from row in await databases.ReadAsync(service, "SELECT \"JobId\", \"MessageTypes\" FROM outbox WHERE \"DeadAt\" IS NOT NULL", cancellationToken)
                           select $"{service} gave up sending {row[1]} of {row[0]}");
        }

        found.AddRange(from row in await databases.ReadAsync(
            "provisioning", "SELECT \"Id\", \"LeaseId\" FROM ledger WHERE \"LeaseId\" NOT IN (SELECT \"LeaseId\" FROM leases)", cancellationToken)
                       select $"the charge {row[0]} names the lease {row[1]}, which is not there");
        found.AddRange(from row in await databases.ReadAsync(
            "provisioning", "SELECT \"LeaseId\" FROM leases WHERE \"LeaseId\" NOT IN (SELECT \"LeaseId\" FROM ledger)", cancellationToken)
                       select $"the lease {row[0]} has no charge");

        // Checkpoints grow with the training: a later one under an older fence was accepted from somebody who had lost the claim.
        found.AddRange(from row in await databases.ReadAsync(
            "training",
            "SELECT a.\"JobId\", a.\"Step\", a.\"Fence\", b.\"Step\", b.\"Fence\" FROM checkpoints a JOIN checkpoints b ON a.\"JobId\" = b.\"JobId\" AND a.\"Step\" < b.\"Step\" AND a.\"Fence\" > b.\"Fence\"",
            cancellationToken)
                       select $"{row[0]}: the checkpoint of step {row[3]} was accepted from fence {row[4]} after the one of step {row[1]} from fence {row[2]}");
        return found;
    }
}

using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>What is on record of the watchdogs of leases. Several processes look after them; of two at once, one begins the next watchdog.</summary>
internal sealed class WatchdogTable(IDbContextFactory<ProvisioningDbContext> databases)
{
    /// <summary>The intent to start the next watchdog of a lease: from here on it is not known whether one runs.</summary>
    /// <returns>false if another has done it, or the lease is on its way out.</returns>
    public async Task<bool> BeginAsync(LeaseRow lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Leases
            .Where(row => row.LeaseId == lease.LeaseId && row.Watchdog == lease.Watchdog && (row.State == LeaseState.Requested || row.State == LeaseState.Active))
            .ExecuteUpdateAsync(
                row => row.SetProperty(x => x.Watchdog, lease.Watchdog + 1)
                    .SetProperty(x => x.WatchdogAt, now)
                    .SetProperty(x => x.StopsAt, (DateTimeOffset?)null)
                    .SetProperty(x => x.StopsWith, (string?)null),
                cancellationToken) == 1;
    }

    /// <summary>That watchdog runs.</summary>
    /// <param name="number">Nothing is written if it is no longer the newest.</param>
    public async Task BegunAsync(string leaseId, int number, DateTimeOffset stopsAt, string stopsWith, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Leases.Where(row => row.LeaseId == leaseId && row.Watchdog == number)
            .ExecuteUpdateAsync(row => row.SetProperty(x => x.StopsAt, stopsAt).SetProperty(x => x.StopsWith, stopsWith), cancellationToken);
    }

    /// <summary>The watchdog has ended before its time, or may have: that the host stops itself is not counted on.</summary>
    public async Task EndedAsync(string leaseId, int number, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Leases.Where(row => row.LeaseId == leaseId && row.Watchdog == number)
            .ExecuteUpdateAsync(
                row => row.SetProperty(x => x.StopsAt, (DateTimeOffset?)null).SetProperty(x => x.StopsWith, (string?)null), cancellationToken);
    }

    /// <summary>The host has answered.</summary>
    public async Task AnsweredAsync(string leaseId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Leases.Where(row => row.LeaseId == leaseId).ExecuteUpdateAsync(row => row.SetProperty(x => x.AnsweredAt, now), cancellationToken);
    }
}

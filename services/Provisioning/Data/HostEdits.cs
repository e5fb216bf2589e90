using System.Text.Json;
using FineTunePipeline.Contracts.Hosts;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>What people change of their hosts, within a consume: rows are changed here and written with the consume, with the events that tell of it.</summary>
internal sealed class HostEdits(ProvisioningDbContext database, TimeProvider time)
{
    /// <summary>Adds a host, or changes it. A lease on a host whose address changes is given up: nobody knows whether there is anything of it at the new one.</summary>
    /// <returns>The events to publish.</returns>
    public async Task<IReadOnlyList<object>> SetAsync(SetHost set, CancellationToken cancellationToken)
    {
        var row = await database.Hosts.SingleOrDefaultAsync(row => row.Name == set.HostName, cancellationToken);
        if (row is null)
        {
            // What the gateway took for an update may have been removed meanwhile.
            if (set.Address is null)
            {
                return [];
            }

            row = new HostRow { Name = set.HostName, Address = set.Address };
            database.Hosts.Add(row);
        }

        var events = new List<object>();
        if (set.Address is not null && set.Address != row.Address)
        {
            if (row.LeaseId is { } leaseId && !row.IsUnderTest)
            {
                events.Add(await HostLosses.MarkAsync(
                    database, leaseId, row.JobId!, $"{row.Name} has another address now: {set.Address}, before {row.Address}.", cancellationToken));
            }

            row.Address = set.Address;
            row.FormerLeaseId = row.LeaseId ?? row.FormerLeaseId;
            (row.LeaseId, row.IsLost, row.SharedFolder, row.HostKey, row.Password) = (null, false, null, null, null);
        }

        row.HourlyPrice = set.HourlyPrice ?? row.HourlyPrice;
        row.Currency = set.Currency ?? row.Currency;
        row.Gpu = set.Gpu ?? row.Gpu;
        row.WorkFolder = set.WorkFolder ?? row.WorkFolder;
        row.Password = set.Password is null ? row.Password : JsonSerializer.Serialize(set.Password);
        row.OnRelease = set.OnRelease ?? row.OnRelease;
        row.StatusCommand = set.ForgetStatusCommand ? null : set.StatusCommand is null ? row.StatusCommand : JsonSerializer.Serialize(set.StatusCommand);
        row.HostKey = set.ForgetKey ? null : row.HostKey;

        // Whoever says something new of a host wants it tried again; it may have other cards by now.
        foreach (var lease in await database.Leases.Where(lease => lease.Offer == row.Name && (lease.IsUnfit || lease.CardBytes != null)).ToListAsync(cancellationToken))
        {
            (lease.IsUnfit, lease.CardBytes) = (false, null);
        }

        (row.Fault, row.FailedAtMs, row.IsRemoving) = (null, null, false);
        events.Add(row.Change(time.GetUtcNow()));
        if (row.IsFree)
        {
            events.Add(new HostFreed { HostName = row.Name });
        }

        return events;
    }

    /// <summary>Asks for a test of a host; one that was asked for and has not ended answers this wish as well.</summary>
    /// <returns>The events to publish.</returns>
    public async Task<IReadOnlyList<object>> TestAsync(TestHost asked, CancellationToken cancellationToken)
    {
        if (await database.Hosts.SingleOrDefaultAsync(row => row.Name == asked.HostName, cancellationToken) is not { } row)
        {
            return [];
        }

        var now = time.GetUtcNow();
        (row.LastTest, row.TestUntilMs) = (new HostTest { TestId = asked.TestId, At = now }, row.TestUntilMs ?? 0);
        return [row.Change(now)];
    }

    /// <summary>Removes a host that no job has, or that is lost; any other when its job gives it back.</summary>
    /// <returns>The events to publish.</returns>
    public async Task<IReadOnlyList<object>> RemoveAsync(RemoveHost remove, CancellationToken cancellationToken)
    {
        if (await database.Hosts.SingleOrDefaultAsync(row => row.Name == remove.HostName, cancellationToken) is not { } row)
        {
            return [];
        }

        if (row.LeaseId is null || row.IsLost)
        {
            database.Remove(row);
            return [row.Change(time.GetUtcNow(), isRemoved: true)];
        }

        row.IsRemoving = true;
        return [row.Change(time.GetUtcNow())];
    }
}

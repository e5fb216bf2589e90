using System.Linq.Expressions;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>Reads and writes of the hosts that people have. A change and the event that tells of it are one transaction; of two at once, the second sees the first.</summary>
internal sealed class HostTable(IDbContextFactory<ProvisioningDbContext> databases, ServiceOutbox<ProvisioningDbContext> outbox, TimeProvider time)
{
    /// <summary>All, by name.</summary>
    public async Task<IReadOnlyList<HostRow>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Hosts.AsNoTracking().OrderBy(row => row.Name).ToListAsync(cancellationToken);
    }

    /// <summary>Those whose owners wait for a test that nobody does.</summary>
    public async Task<IReadOnlyList<HostRow>> ToTestAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Hosts.AsNoTracking().Where(row => row.TestUntilMs <= now).ToListAsync(cancellationToken);
    }

    public async Task<HostRow?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Hosts.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
    }

    public async Task<HostRow?> FindByLeaseAsync(string leaseId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Hosts.AsNoTracking().SingleOrDefaultAsync(row => row.LeaseId == leaseId, cancellationToken);
    }

    /// <summary>Takes a free host for a lease, alone; also if that lease has it already.</summary>
    /// <returns>null if it is another's, removed, or about to be.</returns>
    public Task<HostRow?> TakeAsync(string name, string leaseId, string jobId, CancellationToken cancellationToken) => ChangeAsync(
        name,
        row =>
        {
            if (!row.IsFree && row.LeaseId != leaseId)
            {
                return false;
            }

            if (row.LeaseId != leaseId)
            {
                (row.LeaseId, row.JobId, row.SharedFolder) = (leaseId, jobId, null);
            }

            return true;
        },
        cancellationToken);

    /// <summary>Changes a host and tells of it.</summary>
    /// <param name="name">Which.</param>
    /// <param name="change">Changes the row as it is now, or answers false: then nothing is written. Run again when somebody else wrote meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The row as it was written; null if there is none, or nothing was to be changed.</returns>
    public Task<HostRow?> ChangeAsync(string name, Func<HostRow, bool> change, CancellationToken cancellationToken) => WriteAsync(
        row => row.Name == name,
        (_, row) => Task.FromResult<object[]?>(change(row) ? [row.Change(time.GetUtcNow())] : null),
        cancellationToken);

    /// <summary>
    /// Gives up the lease of a host: its job is told, and may take another host at once. The host stays that lease's until it answers again and is cleaned.
    /// </summary>
    /// <returns>false if that lease no longer has it.</returns>
    public async Task<bool> LoseAsync(string name, string leaseId, string reason, CancellationToken cancellationToken) => await WriteAsync(
        row => row.Name == name && row.LeaseId == leaseId && !row.IsLost,
        async (database, row) =>
        {
            var now = time.GetUtcNow();
            (row.IsLost, row.Fault, row.FailedAtMs) = (true, reason, now.ToUnixTimeMilliseconds());
            return [row.Change(now), await HostLosses.MarkAsync(database, leaseId, row.JobId!, reason, cancellationToken)];
        },
        cancellationToken) is not null;

    /// <summary>A lease has left the host: it is free again, or goes, if its owner wants that.</summary>
    public Task LeaveAsync(string leaseId, CancellationToken cancellationToken) => LeaveAsync(
        leaseId,
        row => row.OnRelease != HostRow.Keep && row.IsMovedOut
            ? $"When its last job gave it back it was told: {row.OnRelease}. Start it if it is off, and say so: finetune hosts update {row.Name}."
            : null,
        isOffered: true,
        cancellationToken);

    /// <summary>A lease has left a host that has powered itself off, and does not answer since.</summary>
    /// <param name="offAt">When.</param>
    /// <param name="how">What it was told to do then.</param>
    public Task LeaveOffAsync(string leaseId, DateTimeOffset offAt, string how, CancellationToken cancellationToken) => LeaveAsync(
        leaseId,
        row => FormattableString.Invariant(
            $"When the time of its last job was up it was told to power itself off ({how}), and has not answered since {offAt:yyyy-MM-dd HH:mm} UTC. Look where you rent it whether it is off. When it is on again, say so: finetune hosts update {row.Name}."),
        isOffered: true,
        cancellationToken);

    /// <summary>
    /// A lease has left a host on which nothing runs, as its provider says. What it left there is to be cleaned up when it is on again; those who wait for a host
    /// need not hear of this one.
    /// </summary>
    /// <param name="word">stopped, or gone.</param>
    public Task LeaveEndedAsync(string leaseId, string word, CancellationToken cancellationToken) => LeaveAsync(
        leaseId,
        row =>
        {
            row.FormerLeaseId = leaseId;
            return $"It is {word}, as its status command says. When it is there again, say so: finetune hosts update {row.Name}, with the new ssh command if it has one.";
        },
        isOffered: false,
        cancellationToken);

    /// <param name="isOffered">Jobs that wait for a host are told of it.</param>
    private Task LeaveAsync(string leaseId, Func<HostRow, string?> maybeOff, bool isOffered, CancellationToken cancellationToken) => WriteAsync(
        row => row.LeaseId == leaseId,
        (database, row) =>
        {
            var now = time.GetUtcNow();
            (row.LeaseId, row.IsLost, row.Fault) = (null, false, null);
            if (maybeOff(row) is { } fault)
            {
                // It may be off: a job takes it only where there is no other, and finds out.
                (row.Fault, row.FailedAtMs) = (fault, now.ToUnixTimeMilliseconds());
            }

            if (row.IsRemoving)
            {
                database.Remove(row);
                return Task.FromResult<object[]?>([row.Change(now, isRemoved: true)]);
            }

            return Task.FromResult<object[]?>(isOffered ? [row.Change(now), new HostFreed { HostName = row.Name }] : [row.Change(now)]);
        },
        cancellationToken);

    /// <summary>A test has ended: its answer, and the host is free again if the test had it.</summary>
    public Task EndTestAsync(string name, bool passed, string report, CancellationToken cancellationToken) => WriteAsync(
        row => row.Name == name,
        (database, row) =>
        {
            if (row.LastTest is not { } test)
            {
                return Task.FromResult<object[]?>(null);
            }

            var now = time.GetUtcNow();
            var wasTested = row.IsUnderTest;
            (row.LastTest, row.TestUntilMs) = (test with { Passed = passed, Report = report, At = now }, null);
            if (wasTested && row.IsRemoving)
            {
                database.Remove(row);
                return Task.FromResult<object[]?>([row.Change(now, isRemoved: true)]);
            }

            row.LeaseId = wasTested ? null : row.LeaseId;
            (row.Fault, row.FailedAtMs) = passed ? (null, null) : (row.Fault, row.FailedAtMs);
            return Task.FromResult<object[]?>(wasTested ? [row.Change(now), new HostFreed { HostName = row.Name }] : [row.Change(now)]);
        },
        cancellationToken);

    /// <summary>Changes the row that <paramref name="which"/> finds, and tells of it, in one transaction; again on the row as it is then if somebody else changed it meanwhile.</summary>
    /// <param name="change">Returns what to tell; null: nothing is to be changed.</param>
    private async Task<HostRow?> WriteAsync(
        Expression<Func<HostRow, bool>> which, Func<ProvisioningDbContext, HostRow, Task<object[]?>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            if (await database.Hosts.SingleOrDefaultAsync(which, cancellationToken) is not { } row || await change(database, row) is not { } events)
            {
                return null;
            }

            foreach (var told in events)
            {
                await outbox.PublishAsync(database, told, cancellationToken);
            }

            try
            {
                await outbox.SaveAsync(database, cancellationToken);
                return row;
            }
            catch (DbUpdateConcurrencyException)
            {
                continue;
            }
        }
    }
}

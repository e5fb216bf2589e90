using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>The money of leases, tick by tick. What is told of it is written in the same transaction.</summary>
internal sealed class LedgerTable(IDbContextFactory<ProvisioningDbContext> databases, ServiceOutbox<ProvisioningDbContext> outbox)
{
    /// <summary>
    /// Ticks whose time is over. Not those in which the host was off by itself (<see cref="LeaseRow.PaidUntil"/>): should it turn out that it was not, they become due.
    /// </summary>
    public async Task<IReadOnlyList<LedgerRow>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // One for each live lease that costs something; SQLite cannot compare its times.
        var running = await database.Ledger.AsNoTracking().Where(row => row.State == LedgerState.Hold && row.Until != null).ToListAsync(cancellationToken);
        var due = running.Where(row => row.Until <= now).ToList();
        if (due.Count == 0)
        {
            return due;
        }

        var ids = due.ConvertAll(row => row.LeaseId);
        var ends = await database.Leases.AsNoTracking().Where(lease => ids.Contains(lease.LeaseId)).ToDictionaryAsync(lease => lease.LeaseId, lease => lease.PaidUntil(now), cancellationToken);
        return due.FindAll(row => row.Until <= ends[row.LeaseId]);
    }

    /// <summary>
    /// Charges a tick that is over and reserves the next one, which runs until the lease is released. Where that passes the job's total budget, the job is told to pause.
    /// </summary>
    /// <returns>false if another has done it.</returns>
    public async Task<bool> TickAsync(long rowId, TimeSpan tick, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Ledger.SingleOrDefaultAsync(row => row.Id == rowId && row.State == LedgerState.Hold, cancellationToken) is not { Until: { } end } row)
        {
            return false;
        }

        var leases = await database.Leases.AsNoTracking().Where(lease => lease.JobId == row.JobId).ToListAsync(cancellationToken);
        var lease = leases.Single(lease => lease.LeaseId == row.LeaseId);
        (row.Charged, row.State) = (row.Held, LedgerState.Charged);
        var next = Hold(lease, end, tick);
        database.Ledger.Add(next);

        var others = await database.Ledger.AsNoTracking().Where(other => other.JobId == row.JobId && other.Id != rowId).ToListAsync(cancellationToken);
        var hosts = HostCosts.Of(leases, [.. others, row, next]);
        var (charged, held) = (hosts.Sum(host => host.Charged), hosts.Sum(host => host.Held));
        await outbox.PublishAsync(
            database, new JobCostChanged { JobId = row.JobId, Charged = charged, Held = held, Currency = row.Currency, Hosts = hosts, At = now }, cancellationToken);
        if (lease.IsAbove(charged + held))
        {
            var told = new BudgetUsedUp
            {
                JobId = row.JobId,
                LeaseId = row.LeaseId,
                Message = FormattableString.Invariant(
                    $"The job's budget of {lease.BudgetTotal} {lease.Currency} is used up: {charged:0.####} are spent. Give it more: finetune resume {row.JobId} --budget TOTAL"),
            };
            await outbox.PublishAsync(database, told, cancellationToken);
        }

        try
        {
            await outbox.SaveAsync(database, cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    /// <summary>Money reserved for one tick; for what costs nothing, until its end.</summary>
    public static LedgerRow Hold(LeaseRow lease, DateTimeOffset from, TimeSpan tick) => new()
    {
        LeaseId = lease.LeaseId,
        JobId = lease.JobId,
        State = LedgerState.Hold,
        Held = lease.HourlyPrice * (decimal)tick.TotalHours,
        Currency = lease.Currency,
        From = from,
        Until = lease.HourlyPrice > 0 ? from + tick : null,
    };

    /// <summary>What is reserved and not spent.</summary>
    public static decimal Open(IEnumerable<LedgerRow> rows) => rows.Where(row => row.State == LedgerState.Hold).Sum(row => row.Held);
}

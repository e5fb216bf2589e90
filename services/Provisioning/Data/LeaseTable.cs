using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>Reads and writes of leases and their money. Every write names the fence of its claim; one that lost it changes nothing.</summary>
internal sealed class LeaseTable(IDbContextFactory<ProvisioningDbContext> databases, ClaimedWrites<ProvisioningDbContext> writes)
{
    /// <summary>Money is reserved for this long at first.</summary>
    private const decimal FirstHoldHours = 1;

    public async Task<LeaseRow?> FindAsync(string leaseId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Leases.AsNoTracking().SingleOrDefaultAsync(row => row.LeaseId == leaseId, cancellationToken);
    }

    /// <summary>The job's leases that are not gone, the oldest first.</summary>
    public async Task<IReadOnlyList<LeaseRow>> UnreleasedAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Leases.AsNoTracking()
            .Where(row => row.JobId == jobId && row.State != LeaseState.Released).OrderBy(row => row.Attempt).ToListAsync(cancellationToken);
    }

    /// <summary>Writes the intent to rent, and reserves money for the first hour, in one transaction.</summary>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public Task RequestAsync(LeaseRow lease, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Provision,
        database =>
        {
            database.Leases.Add(lease);
            database.Ledger.Add(new LedgerRow
            {
                LeaseId = lease.LeaseId,
                JobId = lease.JobId,
                State = LedgerState.Hold,
                Held = lease.HourlyPrice * FirstHoldHours,
                Currency = lease.Currency,
                From = lease.RequestedAt,
            });
            return Task.FromResult(lease);
        },
        cancellationToken);

    /// <summary>The provider has the host. A lease that was given up meanwhile stays so.</summary>
    public Task ActivateAsync(string leaseId, DateTimeOffset now, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Provision,
        database => database.Leases.Where(row => row.LeaseId == leaseId && row.State == LeaseState.Requested)
            .ExecuteUpdateAsync(
                row => row.SetProperty(x => x.State, LeaseState.Active).SetProperty(x => x.ActiveAt, now).SetProperty(x => x.Fence, claim.Fence), CancellationToken.None),
        cancellationToken);

    /// <summary>The host is to go.</summary>
    /// <param name="stage">Stage of the claim: release, or provision when it ends an older attempt's lease.</param>
    public Task BeginReleaseAsync(string leaseId, Stage stage, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        stage,
        database => database.Leases.Where(row => row.LeaseId == leaseId && row.State != LeaseState.Released)
            .ExecuteUpdateAsync(row => row.SetProperty(x => x.State, LeaseState.Releasing).SetProperty(x => x.Fence, claim.Fence), CancellationToken.None),
        cancellationToken);

    /// <summary>The provider's list does not have the host: closes lease and money in one transaction. Returns what the lease cost in all.</summary>
    /// <param name="hadHost">There was a host under this lease; without one nothing is charged.</param>
    public Task<decimal> EndReleaseAsync(
        string leaseId, bool hadHost, Stage stage, StageContext claim, DateTimeOffset now, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        stage,
        async database =>
        {
            var lease = await database.Leases.SingleAsync(row => row.LeaseId == leaseId, CancellationToken.None);
            var money = await database.Ledger.Where(row => row.LeaseId == leaseId).ToListAsync(CancellationToken.None);
            foreach (var row in money.Where(row => row.State == LedgerState.Hold))
            {
                row.Charged = hadHost ? lease.HourlyPrice * (decimal)(now - row.From).TotalHours : 0;
                row.State = LedgerState.Charged;
            }

            if (lease.State != LeaseState.Released)
            {
                (lease.State, lease.ReleasedAt, lease.Fence) = (LeaseState.Released, now, claim.Fence);
            }

            foreach (var row in money.Where(row => row.State == LedgerState.Charged))
            {
                (row.State, row.Until) = (LedgerState.Released, now);
            }

            return money.Sum(row => row.Charged);
        },
        cancellationToken);

    public async Task<decimal> CostAsync(string leaseId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await database.Ledger.AsNoTracking().Where(row => row.LeaseId == leaseId).ToListAsync(cancellationToken)).Sum(row => row.Charged);
    }
}

using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>Reads and writes of leases and their money. Every write names the fence of its claim; one that lost it changes nothing.</summary>
internal sealed class LeaseTable(IDbContextFactory<ProvisioningDbContext> databases, ClaimedWrites<ProvisioningDbContext> writes)
{
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

    /// <summary>Writes the intent to rent, and reserves money for the first tick, in one transaction.</summary>
    /// <returns>What the job would have cost with that; nothing is written where it is above its budget.</returns>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public Task<decimal> RequestAsync(LeaseRow lease, TimeSpan tick, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Provision,
        async database =>
        {
            var spent = await database.Ledger.AsNoTracking().Where(row => row.JobId == lease.JobId).ToListAsync(CancellationToken.None);
            var hold = LedgerTable.Hold(lease, lease.RequestedAt, tick);
            var cost = spent.Sum(row => row.Charged) + LedgerTable.Open(spent) + hold.Held;
            if (!lease.IsAbove(cost))
            {
                database.Leases.Add(lease);
                database.Ledger.Add(hold);
            }

            return cost;
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
            var end = lease.PaidUntil(now);
            foreach (var row in money.Where(row => row.State == LedgerState.Hold))
            {
                // A tick may not have begun yet: the clock may have been set back.
                row.Charged = hadHost && end > row.From ? lease.HourlyPrice * (decimal)(end - row.From).TotalHours : 0;
                row.State = LedgerState.Charged;
            }

            if (lease.State != LeaseState.Released)
            {
                (lease.State, lease.ReleasedAt, lease.Fence) = (LeaseState.Released, now, claim.Fence);
            }

            foreach (var row in money.Where(row => row.State == LedgerState.Charged))
            {
                (row.State, row.Until) = (LedgerState.Released, end);
            }

            return money.Sum(row => row.Charged);
        },
        cancellationToken);

    /// <summary>The host of a lease did not pass the test.</summary>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public Task MarkUnfitAsync(string leaseId, string because, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Prepare,
        database => database.Leases.Where(row => row.LeaseId == leaseId).ExecuteUpdateAsync(
            row => row.SetProperty(x => x.IsUnfit, true).SetProperty(x => x.UnfitBecause, because), CancellationToken.None),
        cancellationToken);

    /// <summary>How large the cards of a lease's host are.</summary>
    /// <exception cref="OperationCanceledException">The claim is no longer ours.</exception>
    public Task NoteCardsAsync(string leaseId, long cardBytes, StageContext claim, CancellationToken cancellationToken) => writes.RunAsync(
        claim,
        Stage.Prepare,
        database => database.Leases.Where(row => row.LeaseId == leaseId).ExecuteUpdateAsync(row => row.SetProperty(x => x.CardBytes, cardBytes), CancellationToken.None),
        cancellationToken);

    /// <summary>Offers whose cards are known not to be larger, and how large they are.</summary>
    public async Task<IReadOnlyDictionary<string, long>> SmallOffersAsync(string provider, long cardBytes, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var seen = await database.Leases.AsNoTracking().Where(row => row.Provider == provider && row.Offer != null && row.CardBytes != null)
            .Select(row => new { row.Offer, row.CardBytes, row.RequestedAt }).ToListAsync(cancellationToken);
        return seen.GroupBy(row => row.Offer!).Select(offer => offer.MaxBy(row => row.RequestedAt)!).Where(row => row.CardBytes <= cardBytes)
            .ToDictionary(row => row.Offer!, row => row.CardBytes!.Value);
    }

    /// <summary>What was offered to a job before and did not pass the test, and what the test found.</summary>
    public async Task<IReadOnlyDictionary<string, string>> UnfitOffersAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var leases = await database.Leases.AsNoTracking().Where(row => row.JobId == jobId && row.IsUnfit && row.Offer != null).ToListAsync(cancellationToken);
        return leases.GroupBy(row => row.Offer!).ToDictionary(offer => offer.Key, offer => offer.MaxBy(row => row.Attempt)!.UnfitBecause ?? "it did not pass the test");
    }

    /// <summary>What was offered to other jobs that are about to take it.</summary>
    public async Task<IReadOnlyList<string>> ChosenOffersAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Leases.AsNoTracking().Where(row => row.JobId != jobId && row.State == LeaseState.Requested && row.Offer != null)
            .Select(row => row.Offer!).Distinct().ToListAsync(cancellationToken);
    }

    /// <summary>What each host of a job cost so far.</summary>
    public async Task<IReadOnlyList<HostCost>> JobCostAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var leases = await database.Leases.AsNoTracking().Where(row => row.JobId == jobId).ToListAsync(cancellationToken);
        return HostCosts.Of(leases, await database.Ledger.AsNoTracking().Where(row => row.JobId == jobId).ToListAsync(cancellationToken));
    }

    public async Task<decimal> CostAsync(string leaseId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await database.Ledger.AsNoTracking().Where(row => row.LeaseId == leaseId).ToListAsync(cancellationToken)).Sum(row => row.Charged);
    }
}

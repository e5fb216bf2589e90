using FineTunePipeline.Contracts.Money;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>What each host of a job costs, out of leases and ledger.</summary>
internal static class HostCosts
{
    /// <param name="leases">Of one job.</param>
    /// <param name="ledger">All rows of that job.</param>
    /// <returns>In the order in which the job took them; without those that it gave back, or never had, at no cost.</returns>
    public static IReadOnlyList<HostCost> Of(IEnumerable<LeaseRow> leases, IEnumerable<LedgerRow> ledger)
    {
        var money = ledger.ToLookup(row => row.LeaseId);
        return
        [
            .. leases.OrderBy(lease => lease.Attempt).Select(lease => new HostCost
            {
                LeaseId = lease.LeaseId,
                HostName = lease.Offer,
                HourlyPrice = lease.HourlyPrice,
                Charged = money[lease.LeaseId].Sum(row => row.Charged),
                Held = LedgerTable.Open(money[lease.LeaseId]),
                IsReleased = lease.State == LeaseState.Released,
            }).Where(cost => cost.Charged > 0 || !cost.IsReleased),
        ];
    }
}

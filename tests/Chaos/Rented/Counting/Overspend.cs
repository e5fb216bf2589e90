using System.Globalization;
using FineTunePipeline.Chaos.Databases;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>What the ledger charged against what the hosts cost, in ticks of their price.</summary>
/// <param name="Most">The largest charge above price times time, or above a job's budget.</param>
/// <param name="Least">The largest charge below price times time, of leases that had a host.</param>
/// <param name="Where">Of the larger one, for people.</param>
internal sealed record Overspend(double Most, double Least, string Where)
{
    public static async Task<Overspend> ReadAsync(IServiceDatabases databases, CancellationToken cancellationToken)
    {
        var charged = (await databases.ReadAsync("provisioning", "SELECT \"LeaseId\", \"Charged\" FROM ledger", cancellationToken))
            .GroupBy(row => (string)row[0]!).ToDictionary(group => group.Key, group => group.Sum(row => Number(row[1]!)));
        var leases = await databases.ReadAsync(
            "provisioning",
            "SELECT \"LeaseId\", \"JobId\", \"HourlyPrice\", \"BudgetTotal\", \"RequestedAt\", \"ReleasedAt\", \"ActiveAt\" FROM leases WHERE \"ReleasedAt\" IS NOT NULL AND \"Provider\" = 'ssh'",
            cancellationToken);
        var (most, least, where) = (0.0, 0.0, "");
        foreach (var lease in leases)
        {
            var price = Number(lease[2]!);
            var ticks = (charged.GetValueOrDefault((string)lease[0]!) / (price * (decimal)RentedSettings.Tick.TotalHours))
                - ((Moment.Ms(lease[5]!) - Moment.Ms(lease[4]!)) / (decimal)RentedSettings.Tick.TotalMilliseconds);
            where = (double)ticks > most || (lease[6] is not null && (double)-ticks > least) ? FormattableString.Invariant($"the lease {lease[0]} was charged {ticks:0.000} ticks beside its time") : where;
            (most, least) = (Math.Max(most, (double)ticks), lease[6] is null ? least : Math.Max(least, (double)-ticks));
        }

        foreach (var job in leases.GroupBy(row => (string)row[1]!))
        {
            var (cost, budget, price) = (job.Sum(row => charged.GetValueOrDefault((string)row[0]!)), job.Max(row => Number(row[3]!)), job.Max(row => Number(row[2]!)));
            most = budget > 0 ? Math.Max(most, (double)((cost - budget) / (price * (decimal)RentedSettings.Tick.TotalHours))) : most;
        }

        return new Overspend(Math.Round(most, 3), Math.Round(least, 3), where);
    }

    private static decimal Number(object value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);
}

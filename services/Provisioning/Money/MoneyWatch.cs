using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Money;

/// <summary>Charges the ticks of all leases that are not released. After a time without us, the ticks that were missed are charged one by one.</summary>
internal sealed class MoneyWatch(LedgerTable ledger, IOptions<MoneyOptions> options, TimeProvider time, ILogger<MoneyWatch> logger) : RepeatedLook(LookEvery, time, logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Charges what is due now.</summary>
    /// <returns>How many ticks.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        var ticks = 0;
        while (await ledger.DueAsync(Time.GetUtcNow(), cancellationToken) is { Count: > 0 } due)
        {
            foreach (var row in due)
            {
                ticks += await ledger.TickAsync(row.Id, options.Value.Tick, Time.GetUtcNow(), cancellationToken) ? 1 : 0;
            }
        }

        return ticks;
    }

    protected override Task OnceAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);
}

using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Money;

/// <summary>Charges the ticks of all leases that are not released. After a time without us, the ticks that were missed are charged one by one.</summary>
internal sealed partial class MoneyWatch(LedgerTable ledger, IOptions<MoneyOptions> options, TimeProvider time, ILogger<MoneyWatch> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Charges what is due now.</summary>
    /// <returns>How many ticks.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        var ticks = 0;
        while (await ledger.DueAsync(time.GetUtcNow(), cancellationToken) is { Count: > 0 } due)
        {
            foreach (var row in due)
            {
                ticks += await ledger.TickAsync(row.Id, options.Value.Tick, time.GetUtcNow(), cancellationToken) ? 1 : 0;
            }
        }

        return ticks;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The next look finds the same ticks.
                LookFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ticks of the leases could not be charged")]
    private static partial void LookFailed(ILogger logger, Exception exception);
}

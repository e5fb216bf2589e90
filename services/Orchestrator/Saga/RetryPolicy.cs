using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Orchestrator.Saga;

/// <summary>
/// How often, and after which wait, a stage is tried again: a budget of its own for each kind of failure, so that evictions do not
/// eat the budget of broken connections.
/// </summary>
public static class RetryPolicy
{
    private static readonly TimeSpan[] TransientWaits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1)];

    private static readonly TimeSpan[] CapacityWaits =
    [
        TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10),
    ];

    private const int HostLossLimit = 20;

    /// <summary>The wait before the next attempt, or null if there is none.</summary>
    /// <param name="kind">Kind of the failure.</param>
    /// <param name="used">Retries of this kind used so far.</param>
    /// <param name="jitter">0 to 1; spreads waits for capacity by up to a fifth.</param>
    public static TimeSpan? NextWait(FailureKind kind, int used, double jitter) => kind switch
    {
        FailureKind.Transient => used < TransientWaits.Length ? TransientWaits[used] : null,

        // For as long as the job's deadline allows: nothing is paid while waiting.
        FailureKind.Capacity => CapacityWaits[Math.Min(used, CapacityWaits.Length - 1)] * (1 + (0.2 * jitter)),
        FailureKind.HostLost => used < HostLossLimit ? TimeSpan.Zero : null,
        _ => null,
    };
}

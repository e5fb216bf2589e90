using FineTunePipeline.Hosts;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>What is to be done about the watchdog of a lease.</summary>
internal enum WatchdogStep
{
    /// <summary>It is as it should be, or too late, or another may be starting one right now.</summary>
    Nothing,

    /// <summary>The next one is to be started, in the place of any other.</summary>
    Start,

    /// <summary>It found that the lease no longer has the host, and ended: it is not to be counted on.</summary>
    Forget,
}

/// <summary>Decides by what is on record and what the host says.</summary>
internal static class WatchdogSteps
{
    /// <summary>Longest time from the intent to start one to its run.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    /// <param name="lease">As it is on record.</param>
    /// <param name="look">What the run folder of its newest watchdog says; null: there was none yet.</param>
    /// <param name="stopsAt">When the host shall stop itself.</param>
    /// <param name="stopsWith">What it shall do then.</param>
    /// <param name="now">The time.</param>
    /// <param name="isEarly">The one that runs was told a shorter time than is left.</param>
    public static WatchdogStep Next(LeaseRow lease, RunLook? look, DateTimeOffset stopsAt, string stopsWith, DateTimeOffset now, bool isEarly = false) =>
        !lease.IsLive || now >= stopsAt ? WatchdogStep.Nothing
        : look is null ? WatchdogStep.Start
        : look is { State: RunState.Exited, ExitCode: < 128 } ? lease.StopsAt is null ? WatchdogStep.Nothing : WatchdogStep.Forget
        : lease.StopsAt is null && IsStarting(lease, now) ? WatchdogStep.Nothing
        : look.State == RunState.Running && !isEarly && (lease.StopsAt, lease.StopsWith) == (stopsAt, stopsWith) ? WatchdogStep.Nothing
        : WatchdogStep.Start;

    /// <summary>A time that has not come yet is of a clock that was set back.</summary>
    private static bool IsStarting(LeaseRow lease, DateTimeOffset now) => now - lease.WatchdogAt is { } since && since >= TimeSpan.Zero && since < StartLimit;
}

using System.Globalization;
using FineTunePipeline.Hosts.Ssh.Runs;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>The run that lets a host stop itself: the verb <c>watchdog</c> of <c>supervise.sh</c>.</summary>
public static class SshWatchdog
{
    /// <summary>It has this long, beside the time that it waits, to stop what runs and to power off.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromHours(1);

    /// <summary>To be started in a run folder below <paramref name="workFolder"/>. Who stops that run has stopped the power-off too.</summary>
    /// <param name="workFolder">The lease's (<see cref="Contracts.Provision.HostReference.WorkFolder"/>): all runs below it are stopped.</param>
    /// <param name="after">How long from its start, upwards to whole seconds.</param>
    /// <param name="leaseFile">Absolute path of the file that names the lease which has the host.</param>
    /// <param name="lease">The lease: once the file names another, or is gone, nothing is done.</param>
    /// <param name="last">A line for the host's shell that powers it off, shown in no list of processes; null: it stays on.</param>
    public static HostCommand Command(string workFolder, TimeSpan after, string leaseFile, string lease, string? last) => new()
    {
        FileName = "sh",
        Arguments = [SupervisorScript.PathIn(workFolder), "watchdog", workFolder, Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture), leaseFile, lease],
        Environment = new Dictionary<string, string?> { ["FINETUNE_WATCHDOG_LAST"] = last },
        TimeLimit = after + EndLimit,
    };
}

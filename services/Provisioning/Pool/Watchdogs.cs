using System.Collections.Concurrent;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// The watchdogs of leases: each host of the pool that a job has runs one, which stops the lease's runs, and powers the host off if its owner wants that, a
/// moment after the job's time is up, whoever is still there to do it (ADR 14).
/// </summary>
internal sealed class Watchdogs(
    SshHostConnector connector, LeaseTable leases, WatchdogTable table, IOptions<PoolOptions> options, TimeProvider time, ILogger<Watchdogs> logger)
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(20);

    /// <summary>By lease: what this process told.</summary>
    private readonly ConcurrentDictionary<string, Told> _told = new();

    /// <summary>
    /// To be called when the host has just answered: sees to it that the watchdog runs as it should. Repeatable. That it cannot be started now harms no job, and
    /// the next call tries again.
    /// </summary>
    public async Task EnsureAsync(HostRow row, CancellationToken cancellationToken)
    {
        if (await leases.FindAsync(row.LeaseId!, cancellationToken) is not { Deadline: { } deadline } lease)
        {
            return;
        }

        try
        {
            await EnsureAsync(row, lease, deadline + options.Value.WatchdogMargin, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            logger.NoWatchdog(exception, row.Name, lease.LeaseId);
        }
    }

    /// <summary>
    /// To be called when the host has not answered. One that falls silent before its time may have been started anew, perhaps at another address, where no watchdog
    /// runs: whether it stops itself is known again when it answers, and until then it is paid.
    /// </summary>
    /// <param name="row">The host.</param>
    /// <param name="asked">When the question was asked that had no answer.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task SilentAsync(HostRow row, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        // The host counts the time by itself, and may be ahead of us by a little when it goes off.
        if (await leases.FindAsync(row.LeaseId!, cancellationToken) is { StopsAt: { } stopsAt } lease && asked < stopsAt - Tolerance)
        {
            await table.EndedAsync(lease.LeaseId, lease.Watchdog, cancellationToken);
            logger.WatchdogUnknown(row.Name, lease.LeaseId);
        }
    }

    /// <summary>When the host of a lease has powered itself off, and how; null if it did not, or has not yet. It holds as long as the host does not answer.</summary>
    public async Task<(DateTimeOffset At, string How)?> OffAsync(string leaseId, CancellationToken cancellationToken) =>
        await leases.FindAsync(leaseId, cancellationToken) is { OffAt: { } off, StopsWith: { } how } && off <= time.GetUtcNow() ? (off, how) : null;

    /// <summary>The host's provider says that it runs: it has not powered itself off, or not yet.</summary>
    public Task IsOnAsync(string leaseId, CancellationToken cancellationToken) => table.AnsweredAsync(leaseId, time.GetUtcNow(), cancellationToken);

    /// <summary>A lease has left its host, which has answered: it had not powered itself off before.</summary>
    public Task LeftAsync(string leaseId, CancellationToken cancellationToken)
    {
        _told.TryRemove(leaseId, out _);
        return table.AnsweredAsync(leaseId, time.GetUtcNow(), cancellationToken);
    }

    private async Task EnsureAsync(HostRow row, LeaseRow lease, DateTimeOffset stopsAt, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= stopsAt)
        {
            await table.AnsweredAsync(lease.LeaseId, time.GetUtcNow(), cancellationToken);
            return;
        }

        // One that is on its way out is being cleaned: not even a look must leave anything there.
        if (!lease.IsLive)
        {
            return;
        }

        var host = connector.Connect(row.Reference);
        var look = lease.Watchdog == 0 ? null : await host.LookAsync(FolderOf(row, lease.Watchdog), cancellationToken);
        switch (WatchdogSteps.Next(lease, look, stopsAt, row.OnRelease, time.GetUtcNow(), IsEarly(lease, stopsAt)))
        {
            case WatchdogStep.Start when await table.BeginAsync(lease, time.GetUtcNow(), cancellationToken):
                await StartAsync(host, row, lease, stopsAt, cancellationToken);
                break;
            case WatchdogStep.Forget:
                await table.EndedAsync(lease.LeaseId, lease.Watchdog, cancellationToken);
                logger.WatchdogEnded(row.Name, lease.LeaseId);
                break;
            default:
                break;
        }
    }

    /// <summary>Each has a folder of its own: one that was begun is never begun again, and who releases the host finds them all.</summary>
    private async Task StartAsync(IComputeHost host, HostRow row, LeaseRow lease, DateTimeOffset stopsAt, CancellationToken cancellationToken)
    {
        var number = lease.Watchdog + 1;
        await HostRuns.StopAllAsync(host, Folder(row), StopGrace, cancellationToken);
        var told = new Told(number, stopsAt - time.GetUtcNow(), time.GetTimestamp());
        var command = SshWatchdog.Command(
            row.Reference.WorkFolder, told.Left, row.SharedFolder + HostVisits.LeaseFile, lease.LeaseId, HostRow.LastLine(row.OnRelease));
        if (await host.StartAsync(FolderOf(row, number), command, cancellationToken))
        {
            _told[lease.LeaseId] = told;
            await table.BegunAsync(lease.LeaseId, number, stopsAt, row.OnRelease, cancellationToken);
            logger.WatchdogStarted(row.Name, lease.LeaseId, stopsAt);
        }
    }

    /// <summary>
    /// Our clock was ahead when we said how long, and was set back since. (Ahead of what it was then, it may be wrong now, and the host, which counts by itself, right.)
    /// </summary>
    private bool IsEarly(LeaseRow lease, DateTimeOffset stopsAt) => _told.TryGetValue(lease.LeaseId, out var told) && told.Number == lease.Watchdog
        && stopsAt - time.GetUtcNow() > told.Left - time.GetElapsedTime(told.At) + Tolerance;

    private static string Folder(HostRow row) => row.Reference.WorkFolder + "/watchdog";

    private static string FolderOf(HostRow row, int number) => FormattableString.Invariant($"{Folder(row)}/{number}");

    /// <param name="Number">Which watchdog.</param>
    /// <param name="Left">How long it was told to wait.</param>
    /// <param name="At">Timestamp of that.</param>
    private sealed record Told(int Number, TimeSpan Left, long At);
}

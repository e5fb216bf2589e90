using System.Collections.Concurrent;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// Cleans up hosts that came back at another address: the lease that had them is given up at once, and what it left there would stay for ever. A host that does not
/// answer is asked again, ever less often; all is found again after a start.
/// </summary>
internal sealed partial class FormerLeases(HostTable hosts, HostVisits visits, IOptions<PoolOptions> options, TimeProvider time, ILogger<FormerLeases> logger)
    : RepeatedLook(options.Value.ProbeEvery, time, logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>Hosts that did not answer, by lease: since when, and how long they are left alone.</summary>
    private readonly ConcurrentDictionary<string, (long Since, TimeSpan Wait)> _later = new();

    /// <summary>One look at all hosts.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var left = (await hosts.ListAsync(cancellationToken)).Where(row => row.FormerLeaseId is not null).ToList();
        await Parallel.ForEachAsync(left, cancellationToken, async (row, token) => await CleanAsync(row, row.FormerLeaseId!, token));
        foreach (var done in _later.Keys.Except(left.Select(row => row.FormerLeaseId!)))
        {
            _later.TryRemove(done, out _);
        }
    }

    protected override Task OnceAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    private async Task CleanAsync(HostRow row, string leaseId, CancellationToken cancellationToken)
    {
        if (_later.TryGetValue(leaseId, out var later) && Time.GetElapsedTime(later.Since) < later.Wait)
        {
            return;
        }

        try
        {
            await visits.CleanFormerAsync(row, leaseId, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            var wait = later.Wait * 2 is { Ticks: > 0 } longer ? longer : options.Value.ProbeEvery;
            _later[leaseId] = (Time.GetTimestamp(), wait < LongestWait ? wait : LongestWait);
            LogLeft(exception, row.Name, leaseId);
            return;
        }

        await hosts.ChangeAsync(row.Name, now => IsClean(now, row, leaseId), cancellationToken);
    }

    private static bool IsClean(HostRow now, HostRow seen, string leaseId)
    {
        if (now.FormerLeaseId != leaseId || now.Address != seen.Address)
        {
            return false;
        }

        now.FormerLeaseId = null;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What lease {LeaseId} left on {Host} cannot be cleaned up now")]
    private partial void LogLeft(Exception exception, string host, string leaseId);
}

using System.Collections.Concurrent;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// Asks the hosts that jobs have for a sign of life, and gives up those that gave none for too long (design rule 2: nobody else can say whether such a host
/// lives). Silence is measured from what this process saw itself: neither a clock that jumps nor a computer that slept makes a host lost.
/// </summary>
internal sealed class PoolWatch(HostTable hosts, HostVisits visits, Watchdogs watchdogs, IOptions<PoolOptions> options, TimeProvider time, ILogger<PoolWatch> logger)
    : RepeatedLook(options.Value.ProbeEvery, time, logger)
{
    /// <summary>One that did not answer is not silent yet.</summary>
    private const int ProbesAtLeast = 3;

    /// <summary>By lease.</summary>
    private readonly ConcurrentDictionary<string, Silence> _silent = new();

    /// <summary>One look at all hosts.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var taken = (await hosts.ListAsync(cancellationToken)).Where(row => row.IsMovedIn && !row.IsLost && !row.IsUnderTest).ToList();
        await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (row, token) => await LookAtAsync(row, token));
        foreach (var gone in _silent.Keys.Except(taken.Select(row => row.LeaseId!)))
        {
            _silent.TryRemove(gone, out _);
        }
    }

    protected override Task OnceAsync(CancellationToken cancellationToken) => LookAsync(cancellationToken);

    private async Task LookAtAsync(HostRow row, CancellationToken cancellationToken)
    {
        var asked = Time.GetUtcNow();
        try
        {
            await visits.ProbeAsync(row, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            await watchdogs.SilentAsync(row, asked, cancellationToken);
            await SilentAsync(row, exception, cancellationToken);
            return;
        }

        if (_silent.TryRemove(row.LeaseId!, out var silence))
        {
            Logger.Answers(row.Name, row.LeaseId!, Time.GetElapsedTime(silence.Since));
            await TellAsync(row, fault: null, cancellationToken);
        }

        await watchdogs.EnsureAsync(row, cancellationToken);
    }

    private async Task SilentAsync(HostRow row, Exception why, CancellationToken cancellationToken)
    {
        var silence = _silent.AddOrUpdate(row.LeaseId!, _ => new Silence(Time.GetTimestamp(), 1), (_, known) => known with { Probes = known.Probes + 1 });
        if (silence.Probes == 1)
        {
            Logger.IsSilent(row.Name, row.LeaseId!, why.Message);
            await TellAsync(row, $"No contact: {why.Message}", cancellationToken);
        }

        var lasted = Time.GetElapsedTime(silence.Since);
        if (silence.Probes < ProbesAtLeast)
        {
            return;
        }

        var isOff = await watchdogs.OffAsync(row.LeaseId!, cancellationToken) is not null;
        if (isOff || lasted >= options.Value.LostAfter)
        {
            var off = isOff ? "was told to power itself off when its job's time was up, and " : "";
            var reason = FormattableString.Invariant($"{row.Name} ({row.Address}) {off}gave no sign of life for {lasted.TotalSeconds:0} s: {why.Message}");
            if (await hosts.LoseAsync(row.Name, row.LeaseId!, reason, cancellationToken))
            {
                Logger.Lost(row.Name, row.LeaseId!, reason);
            }

            _silent.TryRemove(row.LeaseId!, out _);
        }
    }

    private Task TellAsync(HostRow row, string? fault, CancellationToken cancellationToken) => hosts.ChangeAsync(
        row.Name,
        now =>
        {
            if (now.LeaseId != row.LeaseId || now.IsLost || now.Fault == fault)
            {
                return false;
            }

            now.Fault = fault;
            return true;
        },
        cancellationToken);

    /// <param name="Since">Timestamp of the first probe without an answer.</param>
    /// <param name="Probes">How many in a row.</param>
    private sealed record Silence(long Since, int Probes);
}

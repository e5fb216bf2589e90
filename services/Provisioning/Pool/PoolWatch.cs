using System.Collections.Concurrent;
using FineTunePipeline.Messaging.Diagnostics;
using FineTunePipeline.Provisioning.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>
/// Asks the hosts that jobs have for a sign of life, and of one that gives none asks its owner's status command; gives up those whose silence was too long, or
/// means that they have ended (<see cref="HostSilence"/>).
/// </summary>
internal sealed class PoolWatch(
    HostTable hosts, HostVisits visits, Watchdogs watchdogs, StatusCommands statusCommands, IOptions<PoolOptions> options, TimeProvider time, ILogger<PoolWatch> logger)
    : RepeatedLook(options.Value.ProbeEvery, time, logger)
{
    /// <summary>By lease.</summary>
    private readonly ConcurrentDictionary<string, HostSilence> _silent = new();

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
        var status = await statusCommands.AskAsync(row, cancellationToken);
        var before = _silent.GetValueOrDefault(row.LeaseId!);
        var silence = _silent[row.LeaseId!] = (before ?? new HostSilence(Time.GetTimestamp())).With(status, Time.GetTimestamp());
        if (before?.Status != status)
        {
            Logger.IsSilent(row.Name, row.LeaseId!, silence.Fault(why.Message));
            await TellAsync(row, silence.Fault(why.Message), cancellationToken);
        }

        var isOff = await watchdogs.OffAsync(row.LeaseId!, cancellationToken) is not null;
        if (isOff && status.Power == HostPower.Running)
        {
            await watchdogs.IsOnAsync(row.LeaseId!, cancellationToken);
        }

        if (silence.IsLost(isOff, options.Value, Time))
        {
            var reason = silence.Reason($"{row.Name} ({row.Address})", isOff, why.Message, Time);
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
}

using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Pool;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Provisioning.Providers.Ssh;

/// <summary>
/// The hosts that people have: each is used by one job at a time, and cleaned, never ended, when the job gives it back. A host is ours from the moment the
/// pool's row names the lease; what that lease keeps there lies in a folder of its name.
/// </summary>
internal sealed class SshProvider(
    HostTable hosts, LeaseTable leases, HostVisits visits, Watchdogs watchdogs, StatusCommands statusCommands, EnginePackages engines, TimeProvider time, ILogger<SshProvider> logger) : IHostProvider
{
    private const string HowToAdd = "finetune hosts add \"ssh -p PORT USER@HOST\"";

    public string Name => SshEndpoint.Kind;

    /// <summary>The pool is a table of ours: what is in it is known at once.</summary>
    public TimeSpan SettleTime => TimeSpan.Zero;

    /// <summary>The cheapest that the budget allows; those that failed come last, the longest ago first.</summary>
    public async Task<HostOffer?> OfferAsync(HostRequest request, CancellationToken cancellationToken)
    {
        // Who chooses the same as another a moment later would find it taken, and wait, beside hosts that are free. Asked first: what is no longer only chosen
        // is taken by the time of the list.
        var chosen = await leases.ChosenOffersAsync(request.JobId, cancellationToken);
        var all = await hosts.ListAsync(cancellationToken);
        var fit = all.Where(row => !request.Avoid.ContainsKey(row.Name)).ToList();
        var best = fit.Where(row => row.IsFree && !chosen.Contains(row.Name))
            .OrderBy(row => row.HourlyPrice > 0 && (row.Currency != request.Currency || row.HourlyPrice > request.HourlyPriceCap))
            .ThenBy(row => row.FailedAtMs ?? 0)
            .ThenBy(row => row.HourlyPrice)
            .FirstOrDefault();
        if (best is null && !fit.Any(IsOfUse))
        {
            var unfit = fit.Count < all.Count ? $" Not fit for this job: {string.Join(", ", all.Except(fit).Select(row => $"{row.Name} ({request.Avoid[row.Name]})"))}." : "";
            var lost = all.FirstOrDefault(row => row.IsLost && row.JobId == request.JobId);
            throw new ProviderException("no_host", $"No host is left for this job.{unfit} {Advice(lost)}", FailureKind.Capacity, needsPerson: true);
        }

        return best is null ? null : new HostOffer(best.HourlyPrice, best.Currency, best.Name);
    }

    public async Task<ProvidedHost> CreateAsync(string name, HostRequest request, string? offer, CancellationToken cancellationToken)
    {
        // Made once, and before the host costs anything for it.
        await engines.GetAsync(cancellationToken);
        var row = await hosts.TakeAsync(offer!, name, request.JobId, cancellationToken)
            ?? throw new ProviderException("host_taken", $"The host {offer} was taken by another job, or removed, a moment ago.", FailureKind.Capacity);
        try
        {
            var folder = await visits.MoveInAsync(row, cancellationToken);
            row = await hosts.ChangeAsync(row.Name, now => MoveIn(now, name, folder), cancellationToken)
                ?? throw new IOException($"The host {row.Name} was changed while the job moved in.");
            await watchdogs.EnsureAsync(row, cancellationToken);
            return new ProvidedHost(name, row.Reference);
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            throw await UnusableAsync(row, name, exception, cancellationToken);
        }
    }

    public async Task<ProvidedHost?> FindAsync(string name, CancellationToken cancellationToken) =>
        await hosts.FindByLeaseAsync(name, cancellationToken) is { IsMovedIn: true } row ? new ProvidedHost(name, row.Reference) : null;

    public async Task ReleaseAsync(string name, CancellationToken cancellationToken)
    {
        if (await hosts.FindByLeaseAsync(name, cancellationToken) is not { } row)
        {
            return;
        }

        if (row.IsMovedIn)
        {
            try
            {
                await visits.MoveOutAsync(row, cancellationToken);
                await watchdogs.LeftAsync(name, cancellationToken);
            }
            catch (IOException exception) when (exception is HostUnreachableException or HostKeyChangedException)
            {
                // Nobody answers, or another computer at an address that was given away.
                if (!await HasEndedAsync(row, name, cancellationToken))
                {
                    throw;
                }

                return;
            }
        }

        await hosts.LeaveAsync(name, cancellationToken);
    }

    /// <summary>
    /// Whether a host that cannot be cleaned runs nothing any more, and the lease has left it: its provider says so, or it was told to power itself off and no
    /// provider says that it runs.
    /// </summary>
    private async Task<bool> HasEndedAsync(HostRow row, string name, CancellationToken cancellationToken)
    {
        var status = await statusCommands.AskTwiceAsync(row, cancellationToken);
        if (status.IsEnded)
        {
            logger.HasEnded(row.Name, name, status.Word);
            await hosts.LeaveEndedAsync(name, status.Word, cancellationToken);
            return true;
        }

        if (await watchdogs.OffAsync(name, cancellationToken) is not { } off)
        {
            return false;
        }

        if (status.Power == HostPower.Running)
        {
            await watchdogs.IsOnAsync(name, cancellationToken);
            return false;
        }

        logger.IsOff(row.Name, name, off.At);
        await hosts.LeaveOffAsync(name, off.At, off.How, cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<ProvidedHost>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await hosts.ListAsync(cancellationToken)).Where(row => row.LeaseId is not null).Select(row => new ProvidedHost(row.LeaseId!, row.Reference))];

    /// <summary>Free or in use by a job, and not known to be out of order: waiting for it makes sense.</summary>
    private static bool IsOfUse(HostRow row) => !row.IsLost && !row.IsRemoving && row.FailedAtMs is null;

    /// <summary>To be copied from a terminal at night.</summary>
    private static string Advice(HostRow? lost) => lost is null
        ? $"Add one: {HowToAdd}"
        : $"{lost.Name} is lost. Is it there again under another address? finetune hosts update {lost.JobId} \"ssh -p PORT USER@HOST\". Another one in its place: {HowToAdd}";

    private static bool MoveIn(HostRow row, string leaseId, string folder)
    {
        if (row.LeaseId != leaseId)
        {
            return false;
        }

        (row.SharedFolder, row.Fault, row.FailedAtMs) = (folder, null, null);
        return true;
    }

    /// <summary>Gives the host back to the pool, with what is wrong with it. It was never ours.</summary>
    private async Task<ProviderException> UnusableAsync(HostRow row, string name, Exception why, CancellationToken cancellationToken)
    {
        await hosts.ChangeAsync(
            row.Name,
            now =>
            {
                if (now.LeaseId != name)
                {
                    return false;
                }

                (now.LeaseId, now.SharedFolder, now.Fault, now.FailedAtMs) = (null, null, why.Message, time.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            },
            cancellationToken);
        var others = (await hosts.ListAsync(cancellationToken)).Any(IsOfUse);

        // What is wrong comes last: it may be a line to be copied.
        var advice = others ? "" : $" When that is mended, say: finetune hosts update {row.Name}. Or add another one: {HowToAdd}.";
        return new ProviderException(
            "host_unusable", $"The host {row.Name} cannot be used.{advice} What is wrong: {why.Message}", FailureKind.Capacity, why, needsPerson: !others);
    }
}

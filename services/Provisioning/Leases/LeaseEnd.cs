using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Providers;

namespace FineTunePipeline.Provisioning.Leases;

/// <summary>Gives a host back, on every path the same way: the wish on record, the provider's call, the provider's list, the money.</summary>
internal sealed class LeaseEnd(LeaseTable leases, IEnumerable<IHostProvider> providers, TimeProvider time)
{
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Returns the whole cost once the provider's list does not have the host. Repeatable at any point.</summary>
    /// <param name="stage">Stage of the claim.</param>
    /// <exception cref="StageException">The provider still has the host, or did not answer.</exception>
    public async Task<decimal> EndAsync(LeaseRow lease, Stage stage, StageContext claim, CancellationToken cancellationToken)
    {
        if (lease.State == LeaseState.Released)
        {
            return await leases.CostAsync(lease.LeaseId, cancellationToken);
        }

        await leases.BeginReleaseAsync(lease.LeaseId, stage, claim, cancellationToken);
        await WaitForLateHostAsync(lease, cancellationToken);
        var found = await GoneAsync(lease.LeaseId, lease.Provider, cancellationToken);
        var hadHost = found || lease.ActiveAt is not null || lease.State is LeaseState.Active or LeaseState.LostUnconfirmed;
        return await leases.EndReleaseAsync(lease.LeaseId, hadHost, stage, claim, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Ends whatever the provider has under this name.</summary>
    /// <returns>Whether it had something.</returns>
    public async Task<bool> GoneAsync(string name, string providerName, CancellationToken cancellationToken)
    {
        var provider = providers.FirstOrDefault(provider => provider.Name == providerName)
            ?? throw StageException.Internal("provider_missing", $"The lease {name} is of the provider '{providerName}', which this installation no longer has.");
        try
        {
            var found = await provider.FindAsync(name, cancellationToken) is not null;
            await provider.ReleaseAsync(name, cancellationToken);
            var began = time.GetTimestamp();
            while ((await provider.ListAsync(cancellationToken)).Any(host => host.Name == name))
            {
                if (time.GetElapsedTime(began) > ConfirmLimit)
                {
                    throw StageException.Transient("release_unconfirmed", $"{providerName} still lists the host {name} {ConfirmLimit.TotalMinutes:0} minutes after it was released.");
                }

                await Task.Delay(LookEvery, time, cancellationToken);
            }

            return found;
        }
        catch (Exception exception) when (exception is ProviderException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw StageException.Transient("release_failed", $"The host {name} of {providerName} could not be released: {exception.Message}", exception);
        }
    }

    /// <summary>A create call without an answer may still bear a host: a release that looks too early would miss it.</summary>
    private async Task WaitForLateHostAsync(LeaseRow lease, CancellationToken cancellationToken)
    {
        var settleTime = providers.FirstOrDefault(provider => provider.Name == lease.Provider)?.SettleTime ?? TimeSpan.Zero;
        var left = lease.SettlesIn(settleTime, time.GetUtcNow());
        if (lease.State == LeaseState.Requested && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }
}

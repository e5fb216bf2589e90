using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Leases;
using FineTunePipeline.Provisioning.Money;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Providers;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Provision;

/// <summary>
/// Takes a host within the job's limits. The lease is on record before the provider is asked, under a name by which the host is found again; so an
/// entry that follows a crash adopts what the one before it rented. What an older attempt left is ended first.
/// </summary>
internal sealed class AcquireHostRunner(
    LeaseTable leases, LeaseEnd leaseEnd, HostChoice choice, IEnumerable<IHostProvider> providers, IArtifactStore store, IOptions<MoneyOptions> money, TimeProvider time)
    : IStageRunner<AcquireHost>
{
    public async Task<IStageEvent> RunAsync(AcquireHost command, StageContext context, CancellationToken cancellationToken)
    {
        var provider = Choose(command.Provider.Name);
        var name = LeaseName.For(command.JobId, command.Attempt);
        var ended = await EndOlderAsync(command, context, cancellationToken);
        var lease = await leases.FindAsync(name, cancellationToken);
        if (lease is { State: LeaseState.Releasing or LeaseState.Released or LeaseState.LostUnconfirmed })
        {
            throw new StageException(new Failure("lease_gone", $"The lease {name} was given back before it was used.", FailureKind.HostLost));
        }

        var request = new HostRequest(command.JobId, command.Budget.HourlyPriceCap, command.Budget.Currency, await AvoidAsync(command, cancellationToken));
        var host = lease is null ? null : await FindAgainAsync(provider, lease, cancellationToken);
        lease ??= await choice.MakeAsync(() => RequestAsync(provider, request, name, command, context, cancellationToken), cancellationToken);
        host ??= await CreateAsync(provider, lease, request, context, cancellationToken);
        await leases.ActivateAsync(name, time.GetUtcNow(), context, cancellationToken);
        return await AcquiredAsync(command, lease, host, ended, cancellationToken);
    }

    public async Task CancelAsync(AcquireHost command, StageContext context, CancellationToken cancellationToken)
    {
        if (await leases.FindAsync(LeaseName.For(command.JobId, command.Attempt), cancellationToken) is { } lease)
        {
            await leaseEnd.EndAsync(lease, Stage.Provision, context, cancellationToken);
        }
    }

    private IHostProvider Choose(string name) => providers.FirstOrDefault(provider => provider.Name == name)
        ?? throw StageException.BadInput(
            "provider_unknown", $"There is no provider '{name}'. Set provider.name to one of: {string.Join(", ", providers.Select(provider => provider.Name))}.");

    /// <summary>What this job had and could not use, and what is known to be too small for it.</summary>
    private async Task<IReadOnlyDictionary<string, string>> AvoidAsync(AcquireHost command, CancellationToken cancellationToken)
    {
        var unfit = await leases.UnfitOffersAsync(command.JobId, cancellationToken);
        if (command.MoreCardBytesThan is not { } bytes)
        {
            return unfit;
        }

        var small = await leases.SmallOffersAsync(command.Provider.Name, bytes, cancellationToken);
        return small.ToDictionary(offer => offer.Key, offer => CardChecks.TooSmall(offer.Value)).Concat(unfit).DistinctBy(offer => offer.Key).ToDictionary();
    }

    private async Task<List<string>> EndOlderAsync(AcquireHost command, StageContext context, CancellationToken cancellationToken)
    {
        var ended = new List<string>();
        foreach (var lease in await leases.UnreleasedAsync(command.JobId, cancellationToken))
        {
            // One that is being released already is ended by its own release.
            if (lease.Attempt < command.Attempt && lease.IsLive)
            {
                await leaseEnd.EndAsync(lease, Stage.Provision, context, cancellationToken);
                ended.Add(lease.LeaseId);
            }
        }

        return ended;
    }

    /// <summary>An earlier entry asked the provider and may have died before the answer: its host is looked for until it would have appeared.</summary>
    private async Task<ProvidedHost?> FindAgainAsync(IHostProvider provider, LeaseRow lease, CancellationToken cancellationToken)
    {
        var left = lease.SettlesIn(provider.SettleTime, time.GetUtcNow());
        if (await provider.FindAsync(lease.LeaseId, cancellationToken) is { } host)
        {
            return host;
        }

        if (lease.State == LeaseState.Active)
        {
            throw new StageException(new Failure("host_gone", $"{provider.Name} no longer has the host {lease.LeaseId}.", FailureKind.HostLost));
        }

        if (left == TimeSpan.Zero)
        {
            return null;
        }

        await Task.Delay(left, time, cancellationToken);
        return await provider.FindAsync(lease.LeaseId, cancellationToken);
    }

    /// <summary>A provider that refuses, or whose hosts we cannot serve, leaves no lease behind: the next attempt may come late, or never.</summary>
    private async Task<ProvidedHost> CreateAsync(IHostProvider provider, LeaseRow lease, HostRequest request, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.CreateAsync(lease.LeaseId, request, lease.Offer, cancellationToken);
        }
        catch (Exception exception) when (exception is IStageFault)
        {
            await leaseEnd.EndAsync(lease, Stage.Provision, context, cancellationToken);
            throw;
        }
    }

    private async Task<LeaseRow> RequestAsync(
        IHostProvider provider, HostRequest request, string name, AcquireHost command, StageContext context, CancellationToken cancellationToken)
    {
        var offer = await provider.OfferAsync(request, cancellationToken)
            ?? throw new StageException(new Failure("no_host", $"{provider.Name} has no host to rent now.", FailureKind.Capacity));
        if (command.MoreCardBytesThan is not null && offer.Id is null)
        {
            throw new StageException(new Failure("no_larger_host", $"{provider.Name} has no other host, with more memory on its cards.", FailureKind.BadInput));
        }

        if (offer.HourlyPrice > 0 && offer.Currency != request.Currency)
        {
            throw new StageException(new Failure(
                "currency", $"{provider.Name} asks for {offer.Currency}, and the budget is in {request.Currency}: set budget.currency to {offer.Currency}.", FailureKind.BadInput));
        }

        if (offer.HourlyPrice > request.HourlyPriceCap)
        {
            throw new StageException(new Failure(
                "price_above_cap",
                $"{provider.Name} asks {offer.HourlyPrice} {offer.Currency} an hour, above the cap of {request.HourlyPriceCap}: raise budget.hourly_price_cap.",
                FailureKind.Budget));
        }

        var lease = new LeaseRow
        {
            LeaseId = name,
            JobId = command.JobId,
            Attempt = command.Attempt,
            Fence = context.Fence,
            Provider = provider.Name,
            Offer = offer.Id,
            State = LeaseState.Requested,
            HourlyPrice = offer.HourlyPrice,
            Currency = request.Currency,
            BudgetTotal = command.Budget.Total,
            Deadline = command.Deadline,
            RequestedAt = time.GetUtcNow(),
        };
        var cost = await leases.RequestAsync(lease, money.Value.Tick, context, cancellationToken);
        return !lease.IsAbove(cost) ? lease : throw new StageException(new Failure(
            "budget_used",
            FormattableString.Invariant($"A host for {offer.HourlyPrice} {lease.Currency} an hour passes the job's budget of {lease.BudgetTotal}: with its first minutes the job costs {cost:0.####}. Give it more: finetune resume {command.JobId} --budget TOTAL"),
            FailureKind.Budget)
        {
            NeedsPerson = true,
        });
    }

    private async Task<HostAcquired> AcquiredAsync(
        AcquireHost command, LeaseRow lease, ProvidedHost host, IReadOnlyList<string> ended, CancellationToken cancellationToken)
    {
        var statement = new ProvisionStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            Budget = command.Budget,
            Provider = lease.Provider,
            LeaseId = lease.LeaseId,
            Host = host.Reference,
            HourlyPrice = lease.HourlyPrice,
            Currency = lease.Currency,
            RequestedAt = lease.RequestedAt,
            AcquiredAt = time.GetUtcNow(),
            Ended = ended,
        };
        return new HostAcquired
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            LeaseId = lease.LeaseId,
            Host = host.Reference,
            HourlyPrice = lease.HourlyPrice,
            Currency = lease.Currency,
            Hosts = await leases.JobCostAsync(command.JobId, cancellationToken),
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }
}

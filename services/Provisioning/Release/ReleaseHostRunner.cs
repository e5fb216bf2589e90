using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Leases;
using FineTunePipeline.Provisioning.Providers;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Release;

/// <summary>Gives a host back and says so only when its provider's list no longer has it. Whatever the job made is in the store by then.</summary>
internal sealed class ReleaseHostRunner(LeaseTable leases, LeaseEnd leaseEnd, IEnumerable<IHostProvider> providers, IArtifactStore store, TimeProvider time)
    : IStageRunner<ReleaseHost>
{
    public async Task<IStageEvent> RunAsync(ReleaseHost command, StageContext context, CancellationToken cancellationToken)
    {
        var lease = await leases.FindAsync(command.LeaseId, cancellationToken);
        if (lease is not null && lease.Attempt > command.Attempt)
        {
            // A newer attempt took the lease over: this release is of the past, and the host stays.
            return new StageCancelled { JobId = command.JobId, Stage = Stage.Release, Attempt = command.Attempt };
        }

        var cost = lease is null
            ? await EndUnknownAsync(command.LeaseId, cancellationToken)
            : await leaseEnd.EndAsync(lease, Stage.Release, context, cancellationToken);
        var currency = lease?.Currency ?? "CNY";
        var statement = new ReleaseStatement
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            LeaseId = command.LeaseId,
            Reason = command.Reason,
            Cost = cost,
            Currency = currency,
            ConfirmedAt = lease?.ReleasedAt ?? time.GetUtcNow(),
        };
        return new HostReleased
        {
            JobId = command.JobId,
            Attempt = command.Attempt,
            LeaseId = command.LeaseId,
            Cost = cost,
            Hosts = await leases.JobCostAsync(command.JobId, cancellationToken),
            Currency = currency,
            Statement = await store.PutJsonAsync(statement, cancellationToken),
        };
    }

    /// <summary>A release cannot be cancelled: what is not released is billed.</summary>
    public Task CancelAsync(ReleaseHost command, StageContext context, CancellationToken cancellationToken) => RunAsync(command, context, cancellationToken);

    /// <summary>A lease that the database does not know (it was restored from an older copy): every provider is asked for a host of its name.</summary>
    private async Task<decimal> EndUnknownAsync(string leaseId, CancellationToken cancellationToken)
    {
        foreach (var provider in providers)
        {
            await leaseEnd.GoneAsync(leaseId, provider.Name, cancellationToken);
        }

        return 0;
    }
}

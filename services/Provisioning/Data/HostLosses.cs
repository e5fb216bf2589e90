using FineTunePipeline.Contracts.Hosts;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Provisioning.Data;

/// <summary>What becomes of a lease whose host is given up.</summary>
internal static class HostLosses
{
    /// <summary>
    /// The lease no longer counts as the job's live one, so that the job may take another; it is still charged until its release. Changes tracked rows; the
    /// caller saves them, with the event.
    /// </summary>
    public static async Task<HostLost> MarkAsync(ProvisioningDbContext database, string leaseId, string jobId, string reason, CancellationToken cancellationToken)
    {
        var lease = await database.Leases.SingleOrDefaultAsync(row => row.LeaseId == leaseId, cancellationToken);
        if (lease is { IsLive: true })
        {
            lease.State = LeaseState.LostUnconfirmed;
        }

        return new HostLost { JobId = jobId, LeaseId = leaseId, Attempt = lease?.Attempt ?? 0, Reason = reason };
    }
}

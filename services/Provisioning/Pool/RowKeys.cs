using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>The pinned key of one host of the pool: the first that it shows at its address. Another one is refused until its owner says that it is right.</summary>
internal sealed class RowKeys(HostTable hosts, HostRow row) : IHostKeys
{
    public async Task<string?> FindAsync(SshEndpoint endpoint, CancellationToken cancellationToken) =>
        await hosts.FindAsync(row.Name, cancellationToken) is { } now && now.Address == row.Address ? now.HostKey : null;

    public async Task<bool> PinAsync(SshEndpoint endpoint, string fingerprint, CancellationToken cancellationToken)
    {
        // Asked twice at once, the second sees what the first pinned.
        var pinned = await hosts.ChangeAsync(
            row.Name,
            now =>
            {
                if (now.Address != row.Address || now.HostKey is not null)
                {
                    return false;
                }

                now.HostKey = fingerprint;
                return true;
            },
            cancellationToken);
        return pinned is not null || await FindAsync(endpoint, cancellationToken) == fingerprint;
    }
}

using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts.Ssh.Connections;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// Connects to hosts of kind <c>ssh</c> with this installation's key. It connects when the first call needs it; all objects for one host share its connections.
/// A singleton; disposing it closes all connections.
/// </summary>
public sealed class SshHostConnector(IOptions<SshOptions> options, TimeProvider time) : IHostConnector, IAsyncDisposable
{
    private readonly Dictionary<(SshEndpoint Endpoint, string? HostKey), SshConnections> _pools = [];

    /// <summary>A host whose key was pinned when it was taken (<see cref="HostReference.HostKey"/>); it must show that one.</summary>
    /// <exception cref="NotSupportedException">It is not a host of kind <c>ssh</c>.</exception>
    /// <exception cref="FormatException">Its address is not an SSH endpoint.</exception>
    public IComputeHost Connect(HostReference reference)
    {
        return new SshHost(
            Shared(Endpoint(reference), reference.HostKey, new PinnedKey(reference.HostKey)), reference.WorkFolder, isLease: reference.SharedFolder is not null);
    }

    /// <summary>
    /// Connects over connections of its own that the caller closes, for who pins keys: Provisioning, which may have a password to install our key with
    /// (<c>~/.ssh/authorized_keys</c>).
    /// </summary>
    /// <param name="reference">The host; its <see cref="HostReference.HostKey"/> is not looked at.</param>
    /// <param name="hostKeys">Knows the pinned key, or pins the one that the host shows.</param>
    /// <param name="password">Null: this installation's key.</param>
    public SshVisit Visit(HostReference reference, IHostKeys hostKeys, SshPassword? password = null) =>
        new(Pool(Endpoint(reference), hostKeys, password), reference.WorkFolder);

    public async ValueTask DisposeAsync()
    {
        List<SshConnections> pools;
        lock (_pools)
        {
            pools = [.. _pools.Values];
            _pools.Clear();
        }

        await Task.WhenAll(pools.Select(pool => pool.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private static SshEndpoint Endpoint(HostReference reference) => reference.Kind == SshEndpoint.Kind
        ? SshEndpoint.Parse(reference.Address)
        : throw new NotSupportedException($"No adapter for hosts of kind '{reference.Kind}': this one knows '{SshEndpoint.Kind}'.");

    private SshConnections Shared(SshEndpoint endpoint, string? hostKey, IHostKeys hostKeys)
    {
        lock (_pools)
        {
            if (!_pools.TryGetValue((endpoint, hostKey), out var pool))
            {
                _pools[(endpoint, hostKey)] = pool = Pool(endpoint, hostKeys, null);
            }

            return pool;
        }
    }

    private SshConnections Pool(SshEndpoint endpoint, IHostKeys hostKeys, SshPassword? password)
    {
        Func<CancellationToken, Task<ForwardedPort>>? jump = endpoint.Jump is { } gate
            ? token => PortForward.OpenAsync(Shared(gate with { Proxy = endpoint.Proxy }, AnyKey.Name, new AnyKey()), endpoint.Host, endpoint.Port, token)
            : null;
        return new(endpoint, new SshLogin(endpoint, jump, password, hostKeys, options.Value, time).OpenAsync, options.Value, time);
    }
}

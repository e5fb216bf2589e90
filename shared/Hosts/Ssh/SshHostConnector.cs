using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts.Ssh.Connections;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>
/// Connects to hosts of kind <c>ssh</c> with this installation's key. It connects when the first call needs it; all objects for one host share its connections.
/// A singleton; disposing it closes all connections.
/// </summary>
public sealed class SshHostConnector(IOptions<SshOptions> options, IHostKeys hostKeys, TimeProvider time) : IHostConnector, IAsyncDisposable
{
    private readonly Dictionary<SshEndpoint, SshConnections> _pools = [];

    /// <exception cref="NotSupportedException">It is not a host of kind <c>ssh</c>.</exception>
    /// <exception cref="FormatException">Its address is not an SSH endpoint.</exception>
    public IComputeHost Connect(HostReference reference)
    {
        var endpoint = Endpoint(reference);
        SshConnections? pool;
        lock (_pools)
        {
            if (!_pools.TryGetValue(endpoint, out pool))
            {
                _pools[endpoint] = pool = Pool(endpoint, null);
            }
        }

        return new SshHost(pool, reference.WorkFolder);
    }

    /// <summary>
    /// Connects with a password, over connections of its own that the caller closes: for Provisioning, which installs the key with it
    /// (<c>~/.ssh/authorized_keys</c>).
    /// </summary>
    public SshPasswordHost Connect(HostReference reference, SshPassword password) => new(Pool(Endpoint(reference), password), reference.WorkFolder);

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

    private SshConnections Pool(SshEndpoint endpoint, SshPassword? password) =>
        new(endpoint, new SshLogin(endpoint, password, hostKeys, options.Value, time).OpenAsync, options.Value, time);
}

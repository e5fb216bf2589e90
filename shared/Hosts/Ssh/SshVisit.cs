using FineTunePipeline.Hosts.Ssh.Connections;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>A host over connections of its own. Disposing it closes them.</summary>
public sealed class SshVisit : IAsyncDisposable
{
    private readonly SshConnections _pool;

    internal SshVisit(SshConnections pool, string workFolder) => (_pool, Host) = (pool, new SshHost(pool, workFolder, isLease: false));

    public IComputeHost Host { get; }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}

using FineTunePipeline.Hosts.Ssh.Connections;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>A host over connections that were logged in with a password. Disposing it closes them.</summary>
public sealed class SshPasswordHost : IAsyncDisposable
{
    private readonly SshConnections _pool;

    internal SshPasswordHost(SshConnections pool, string workFolder) => (_pool, Host) = (pool, new SshHost(pool, workFolder));

    public IComputeHost Host { get; }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();
}

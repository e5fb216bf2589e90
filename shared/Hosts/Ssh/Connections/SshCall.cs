namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>A place on a connection, for one call.</summary>
/// <param name="pool">Gets the place back; null for a place that is not counted.</param>
internal sealed class SshCall(SshConnections? pool, SshConnection connection) : IDisposable
{
    private int _isOver;

    public SshConnection Connection => connection;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            pool?.Return(connection);
        }
    }
}

using Renci.SshNet;

namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>Leads a free port of our loopback to a port that the host can reach. It has a place on a connection as long as it lasts, and ends with that connection.</summary>
internal static class PortForward
{
    public const string Loopback = "127.0.0.1";

    /// <param name="host">Name or address, as the host at the other end knows it.</param>
    public static async Task<ForwardedPort> OpenAsync(SshConnections pool, string host, int port, CancellationToken cancellationToken)
    {
        var call = await pool.TakeAsync(spread: 1, cancellationToken).ConfigureAwait(false);
        var forward = new ForwardedPortLocal(Loopback, 0, host, (uint)port);
        try
        {
            call.Connection.Client.AddForwardedPort(forward);
            forward.Start();
            return new ForwardedPort((int)forward.BoundPort, CloseAsync);
        }
        catch (Exception exception) when (SshConnection.IsConnectionFault(exception))
        {
            await CloseAsync().ConfigureAwait(false);
            throw call.Connection.Lost(exception);
        }

        // Its open channels are closed on a thread: each waits for the host. SSH.NET disposes it twice without complaint.
        async ValueTask CloseAsync()
        {
            await Task.Run(forward.Dispose, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            call.Dispose();
        }
    }
}

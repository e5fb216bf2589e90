using System.Net;
using System.Net.Sockets;

namespace FineTunePipeline.TestKit;

/// <summary>For programs that cannot choose a port themselves.</summary>
public static class FreePort
{
    /// <summary>A port of loopback that nobody listens on now.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

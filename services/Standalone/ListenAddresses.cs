using System.Net;
using System.Net.Sockets;

namespace FineTunePipeline.Standalone;

/// <summary>
/// Looks whether the addresses to serve are free before anything starts: the server itself finds out last, when the services are at work already, and tells
/// it with two pages of stack traces.
/// </summary>
internal static class ListenAddresses
{
    /// <exception cref="StartException">One is not.</exception>
    public static void Ensure(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = BindingAddress.Parse(url);
            if (!address.IsUnixPipe && address.Port > 0 && FaultOf(address) is { } fault)
            {
                throw new StartException($"{url} cannot be served: {fault}");
            }
        }
    }

    private static string? FaultOf(BindingAddress address)
    {
        try
        {
            using var listener = new TcpListener(HostOf(address.Host), address.Port);
            listener.Start();
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return "another program listens there. Stop it, or choose another port: serve --urls http://127.0.0.1:8081";
        }
        catch (SocketException exception)
        {
            return $"{exception.Message}. Choose another address or port: serve --urls http://127.0.0.1:8081";
        }
    }

    private static IPAddress HostOf(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.Any;
}

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>
/// Looks whether the addresses to serve are free before anything starts: the server itself finds out last, when the services are at work already, and tells
/// it with two pages of stack traces.
/// </summary>
internal static class ListenAddresses
{
    private const string Advice = "--urls http://127.0.0.1:8081";

    public static void Check(string urls, IConfiguration configuration, StartFaults faults)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (FaultOf(url, configuration) is { } fault)
            {
                faults.Add($"{url} cannot be served: {fault}");
            }
        }
    }

    private static string? FaultOf(string url, IConfiguration configuration)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return $"it is no address. Set one such as {Advice}";
        }

        var secure = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? ServerCertificate.FaultOf(configuration) : null;
        return secure ?? (address.IsUnixPipe || address.Port == 0 ? null : FaultOf(address));
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
            return $"another program listens there. Stop it, or choose another port: {Advice}";
        }
        catch (Exception exception) when (exception is SocketException or ArgumentOutOfRangeException)
        {
            return $"{exception.Message}. Choose another address or port: {Advice}";
        }
    }

    private static IPAddress HostOf(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.Any;
}

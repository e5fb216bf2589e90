using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Connections;

/// <summary>
/// Asks a SOCKS5 proxy for a connection to an SSH server: the CONNECT of RFC 1928, without a login. After it the socket is the server's. Names are left to the proxy,
/// which may know others than we do.
/// </summary>
internal static class SocksWay
{
    private const byte Version = 5;
    private const byte NoLogin = 0;
    private const byte Connect = 1;
    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    /// <param name="socket">Not connected yet.</param>
    /// <exception cref="HostUnreachableException">The proxy does not answer, is none, or cannot reach the server.</exception>
    public static async Task ConnectAsync(Socket socket, SocksProxy proxy, string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(proxy.Host, proxy.Port, cancellationToken).ConfigureAwait(false);
            await SendAsync(socket, [Version, 1, NoLogin], cancellationToken).ConfigureAwait(false);
            var chosen = await ReceiveAsync(socket, 2, cancellationToken).ConfigureAwait(false);
            if (chosen[0] != Version)
            {
                throw new HostUnreachableException($"What answers at {proxy} is no SOCKS5 proxy.");
            }

            if (chosen[1] != NoLogin)
            {
                throw new HostUnreachableException($"The proxy {proxy} wants a login, which is not known here.");
            }

            await SendAsync(socket, [Version, Connect, 0, .. Address(host), (byte)(port >> 8), (byte)port], cancellationToken).ConfigureAwait(false);
            var answer = await ReceiveAsync(socket, 4, cancellationToken).ConfigureAwait(false);
            if (answer[1] != 0)
            {
                throw new HostUnreachableException(FormattableString.Invariant($"The proxy {proxy} cannot reach {host} at port {port}: {Meaning(answer[1])}."));
            }

            // Where the proxy is connected from concerns nobody, but stands before what the server says.
            var length = answer[3] switch
            {
                IPv4 => 4,
                IPv6 => 16,
                Name => (await ReceiveAsync(socket, 1, cancellationToken).ConfigureAwait(false))[0],
                _ => throw new HostUnreachableException($"The answer of the proxy {proxy} is not understood."),
            };
            await ReceiveAsync(socket, length + 2, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new HostUnreachableException($"The proxy {proxy} cannot be reached: {exception.Message}", exception);
        }
        catch (EndOfStreamException exception)
        {
            // OpenSSH's has no other word for it.
            throw new HostUnreachableException(FormattableString.Invariant($"The proxy {proxy} closed the connection: it cannot reach {host} at port {port}, or is no SOCKS5 proxy."), exception);
        }
    }

    private static byte[] Address(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address.AddressFamily == AddressFamily.InterNetworkV6 ? IPv6 : IPv4, .. address.GetAddressBytes()];
        }

        var name = Encoding.ASCII.GetBytes(host);
        return name.Length <= byte.MaxValue ? [Name, (byte)name.Length, .. name] : throw new HostUnreachableException($"'{host}' is too long for a host's name.");
    }

    private static async Task SendAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Exactly so many: what follows is the server's.</summary>
    private static async Task<byte[]> ReceiveAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read), cancellationToken).ConfigureAwait(false);
            read += more > 0 ? more : throw new EndOfStreamException();
        }

        return bytes;
    }

    private static string Meaning(byte reply) => reply switch
    {
        2 => "it does not allow it",
        3 => "its network is unreachable",
        4 => "the host is unreachable",
        5 => "connection refused",
        6 => "it took too long",
        8 => "it does not know this kind of address",
        _ => FormattableString.Invariant($"it failed (reply {reply})"),
    };
}

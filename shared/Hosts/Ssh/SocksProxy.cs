using System.Globalization;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>A SOCKS5 proxy through which an SSH server is reached: one without a login, as <c>ssh -D</c> makes one. It finds the server's name itself.</summary>
/// <param name="Host">Name or address; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public sealed partial record SocksProxy(string Host, int Port)
{
    private const int DefaultPort = 1080;

    /// <summary>Reads <c>socks5://host:port</c> (also <c>socks5h://</c>, which means the same here); without a port it is 1080.</summary>
    /// <exception cref="FormatException">It is another kind of proxy, or none; the message says what is expected, and shows nothing of a login.</exception>
    public static SocksProxy Parse(string text)
    {
        if (Address().Match(text) is not { Success: true } match)
        {
            throw new FormatException(text.Contains('@', StringComparison.Ordinal)
                ? "A proxy with a login is not known here: make one without it in between (ssh -D 1080 USER@GATE), or reach the host over a jump host (ssh -J)."
                : $"'{text}' is not a proxy that is known here. Expected is 'socks5://HOST:PORT'.");
        }

        var port = DefaultPort;
        if (match.Groups["port"].Success && !(int.TryParse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
        {
            throw new FormatException($"The port in '{text}' is not a number from 1 to 65535.");
        }

        return new SocksProxy(match.Groups["v6"].Success ? match.Groups["v6"].Value : match.Groups["host"].Value, port);
    }

    /// <summary><c>socks5://host:port</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"socks5://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    [GeneratedRegex(@"^socks5h?://(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?))(?::(?<port>[0-9]*))?/?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}

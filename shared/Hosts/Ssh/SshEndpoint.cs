using System.Globalization;
using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Provision;

namespace FineTunePipeline.Hosts.Ssh;

/// <summary>Where an SSH server listens and as whom we log in. Holds no secret.</summary>
/// <param name="Host">Name or address; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="User">Login name.</param>
public sealed partial record SshEndpoint(string Host, int Port, string User)
{
    /// <summary>The host over which alone it can be reached (OpenSSH's ProxyJump); null: directly. A jump host has none itself.</summary>
    public SshEndpoint? Jump { get; init; }

    /// <summary>The proxy through which alone it can be reached, or its jump host where it has one; null: there is none.</summary>
    public SocksProxy? Proxy { get; init; }

    /// <summary><see cref="HostReference.Kind"/> of hosts that are reached by SSH.</summary>
    public const string Kind = "ssh";

    private const int DefaultPort = 22;
    private const string DefaultUser = "root";
    private const string ProxyOption = "--proxy";

    /// <summary>
    /// Reads what people paste: <c>ssh -p 34222 root@connect.example.com</c>, <c>root@host</c>, <c>root@host:22</c>, <c>ssh://root@host:22</c>, each with <c>ssh -J user@jump:22</c>
    /// before it and <c>--proxy socks5://proxy:1080</c> after it, and what <see cref="ToString"/> writes. Without a user it is root, without a port 22.
    /// </summary>
    /// <exception cref="FormatException">It is none of these; the message says what is wrong and what is expected.</exception>
    public static SshEndpoint Parse(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is [.. var before, ProxyOption, var proxy] ? FromWords(before, text) with { Proxy = SocksProxy.Parse(proxy) } : FromWords(words, text);
    }

    /// <summary>The reference by which messages name this host.</summary>
    /// <param name="workFolder">See <see cref="HostReference.WorkFolder"/>.</param>
    public HostReference Reference(string workFolder) => new() { Kind = Kind, Address = ToString(), WorkFolder = workFolder };

    /// <summary><c>user@host:port</c>, as <see cref="HostReference.Address"/> has it; with a jump host <c>ssh -J user@jump:port user@host:port</c>, with a proxy <c>… --proxy socks5://proxy:port</c>.</summary>
    public override string ToString()
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"{User}@{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
        return (Jump is null ? address : $"ssh -J {Jump} {address}") + (Proxy is null ? "" : $" {ProxyOption} {Proxy}");
    }

    private static SshEndpoint FromWords(string[] words, string text) =>
        words is ["ssh", .. var arguments] ? FromCommand(arguments, text) : words is [var address] ? FromAddress(address, null, null, text) : throw Wrong(text, "it is not one address");

    private static SshEndpoint FromCommand(ReadOnlySpan<string> arguments, string text)
    {
        string? address = null, port = null, user = null, jump = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is ['-', var option, .. var glued])
            {
                var value = glued.Length > 0 ? glued : ++i < arguments.Length ? arguments[i] : throw Wrong(text, $"nothing follows -{option}");
                switch (option)
                {
                    case 'p': port = value; break;
                    case 'l': user = value; break;
                    case 'J': jump = value; break;
                    case 'i': throw Wrong(text, "with -i it names a key of yours, and this installation logs in with its own (leave it out; --password-stdin installs that one)");
                    default: throw Wrong(text, $"the option -{option} is not known here (only -p, -l and -J are)");
                }
            }
            else if (address is null)
            {
                address = arguments[i];
            }
            else
            {
                throw Wrong(text, $"'{arguments[i]}' follows the address");
            }
        }

        var endpoint = FromAddress(address ?? throw Wrong(text, "it names no host"), port, user, text);
        return jump is null ? endpoint : endpoint with { Jump = FromAddress(jump, null, null, text) };
    }

    private static SshEndpoint FromAddress(string address, string? port, string? user, string text)
    {
        if (Address().Match(address) is not { Success: true } match)
        {
            throw Wrong(text, address.StartsWith("ssh://", StringComparison.Ordinal) && address.Contains(':', StringComparison.Ordinal) && PasswordInAddress().IsMatch(address)
                ? "an address must not hold a password" : "it is not [user@]host[:port]");
        }

        if (port is not null && match.Groups["port"].Success)
        {
            throw Wrong(text, "it names the port twice");
        }

        var number = port ?? (match.Groups["port"].Success ? match.Groups["port"].Value : null);
        var parsed = DefaultPort;
        if (number is not null && !(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out parsed) && parsed is > 0 and <= 65535))
        {
            throw Wrong(text, "the port is not a number from 1 to 65535");
        }

        var name = match.Groups["v6"].Success ? match.Groups["v6"].Value : match.Groups["host"].Value;
        return new SshEndpoint(name, parsed, match.Groups["user"].Success ? match.Groups["user"].Value : user is null || Name().IsMatch(user) ? user ?? DefaultUser : throw Wrong(text, "the user's name is not one"));
    }

    /// <summary>What was pasted is shown only up to a password that somebody put into it.</summary>
    private static FormatException Wrong(string text, string why) =>
        new($"'{PasswordInAddress().Replace(text.Trim(), "${user}:…@")}' is not an SSH endpoint: {why}. Expected is 'ssh -p PORT USER@HOST', 'USER@HOST', 'USER@HOST:PORT' or 'ssh://USER@HOST:PORT'.");

    [GeneratedRegex(@"^(?:ssh://)?(?:(?<user>[A-Za-z0-9_][A-Za-z0-9_.\\+-]*)@)?(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?))(?::(?<port>[^:/]*))?/?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.\\+-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<user>[^\s:/@]+):[^@\s]+@", RegexOptions.CultureInvariant)]
    private static partial Regex PasswordInAddress();
}

using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Cli;

/// <summary>
/// A person's own <c>~/.ssh/config</c>, of which the services know nothing: what they log in with may be a short name there. OpenSSH itself is asked
/// (<c>ssh -G</c>, which connects to nothing), once with that file and once without: the difference is what the file says.
/// </summary>
internal static partial class SshConfig
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What is pasted, with host, port, user and jump host as the file says. Unchanged where it says nothing of them, or where there is no <c>ssh</c>.</summary>
    /// <exception cref="CliException">It leads over what the services cannot do.</exception>
    public static async Task<string> ResolveAsync(string pasted, CancellationToken cancellationToken)
    {
        var words = pasted.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string[] arguments = words is ["ssh", .. var rest] ? rest : words;

        // USER@HOST:PORT is no argument of ssh's, and no short name.
        if (arguments is [] or [.., "-G"] || (arguments is [var only] && only.Contains(':', StringComparison.Ordinal)))
        {
            return pasted;
        }

        if (await AskAsync(["-F", "none", "-G", .. arguments], cancellationToken) is not { } plain || await AskAsync(["-G", .. arguments], cancellationToken) is not { } told)
        {
            return pasted;
        }

        var proxy = told.GetValueOrDefault("proxycommand", "none") is var command && command != "none"
            ? SocksOf(command) ?? throw new CliException(
                ExitCodes.BadInput,
                $"By your ~/.ssh/config this host is reached by a ProxyCommand ({command}), which the services do not run. Give it a ProxyJump, a SOCKS5 proxy (nc -X 5 -x HOST:PORT %h %p, or --proxy socks5://HOST:PORT), or an address of its own.")
            : "";
        var jump = told.GetValueOrDefault("proxyjump", "none") is var way && way != "none" ? await JumpAsync(way, cancellationToken) : null;
        if (jump is null && proxy.Length == 0 && ((string[])["hostname", "port", "user"]).All(key => told[key] == plain[key]))
        {
            return pasted;
        }

        // Who names no user gets ssh's own, this computer's; the services' is root.
        var user = told["user"] != plain["user"] || pasted.Contains('@', StringComparison.Ordinal) || arguments.Any(word => word.StartsWith("-l", StringComparison.Ordinal))
            ? told["user"] + "@" : "";
        return $"ssh {(jump is null ? "" : $"-J {jump} ")}-p {told["port"]} {user}{told["hostname"]}{proxy}";
    }

    /// <summary>What follows the address where the command is the one known way to a SOCKS5 proxy, netcat's; null if it is another.</summary>
    private static string? SocksOf(string command) =>
        Socks().Match(command) is { Success: true } match ? $" --proxy socks5://{match.Groups["proxy"].Value}" : null;

    [GeneratedRegex(@"^(?:exec )?(?:\S*/)?(?:nc|netcat|nc\.openbsd)(?: -X ?5)? -x ?(?<proxy>[A-Za-z0-9_.-]+:[0-9]+)(?: -X ?5)? %h %p$", RegexOptions.CultureInvariant)]
    private static partial Regex Socks();

    /// <summary>The jump host as <c>user@host:port</c>; it may be a short name, too.</summary>
    private static async Task<string> JumpAsync(string jump, CancellationToken cancellationToken)
    {
        var port = jump.LastIndexOf(':');
        string[] arguments = port > 0 ? ["-p", jump[(port + 1)..], jump[..port]] : [jump];
        if (jump.Contains(',', StringComparison.Ordinal) || await AskAsync(["-G", .. arguments], cancellationToken) is not { } told || told.GetValueOrDefault("proxyjump", "none") != "none")
        {
            throw new CliException(ExitCodes.BadInput, $"By your ~/.ssh/config this host is reached over several jump hosts ({jump}); one is what the services can do.");
        }

        return $"{told["user"]}@{told["hostname"]}:{told["port"]}";
    }

    /// <summary>The settings that ssh would use, or null if it cannot tell.</summary>
    private static async Task<Dictionary<string, string>?> AskAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var ssh = new Process { StartInfo = new ProcessStartInfo("ssh", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        try
        {
            ssh.Start();
        }
        catch (Win32Exception)
        {
            // No ssh on this computer, so no configuration of it that matters.
            return null;
        }

        ssh.StandardInput.Close();
        var (output, errors) = (ssh.StandardOutput.ReadToEndAsync(limit.Token), ssh.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await Task.WhenAll(output, errors, ssh.WaitForExitAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ssh.Kill(entireProcessTree: true);
            throw new CliException(ExitCodes.BadInput, $"`ssh -G` did not answer within {Limit.TotalSeconds:0} s: a Match exec in your ~/.ssh/config may hang. Give the address itself.");
        }

        // What ssh does not understand is explained by the gateway.
        return ssh.ExitCode != 0
            ? null
            : (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 2))
                .Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0], pair => pair[1].Trim())
                .ToDictionary(group => group.Key, group => group.First());
    }
}

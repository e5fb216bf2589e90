using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Logs in to a job's host with the person's own <c>ssh</c>, keys and known hosts.</summary>
internal sealed partial class SshCommand : AsyncCommand<SshCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "<NAME>")]
        [Description("A job that has a host, or the host's name. A command to run there follows after --")]
        public string Name { get; init; } = "";
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        string[] arguments;
        using (var gateway = settings.Connect())
        {
            arguments = [.. Login(await gateway.HostsAsync(Interrupt.Token), settings.Name), .. context.Remaining.Raw];
        }

        if (settings.Json)
        {
            Output.Json(new JsonArray([.. arguments.Select(argument => JsonValue.Create(argument))]));
            return ExitCodes.Done;
        }

        // Its Ctrl-C is for what runs there: ssh has the terminal, and we wait for its end.
        _ = Interrupt.Token;
        try
        {
            using var ssh = Process.Start(new ProcessStartInfo("ssh", arguments))!;
            await ssh.WaitForExitAsync(CancellationToken.None);
            return ssh.ExitCode;
        }
        catch (Win32Exception exception)
        {
            throw new CliException(ExitCodes.BadInput, $"The program ssh cannot be run here ({exception.Message}): install an OpenSSH client. The command is: ssh {string.Join(' ', arguments)}");
        }
    }

    /// <summary>ssh's arguments. As an URL the address cannot be taken for an option.</summary>
    private static string[] Login(JsonArray hosts, string name)
    {
        var host = hosts.FirstOrDefault(host => Output.Text(host!, "name") == name)
            ?? hosts.FirstOrDefault(host => Output.Text(host!, "job_id") == name && Output.Text(host!, "state") is not ("free" or "removed"))
            ?? throw new CliException(
                ExitCodes.BadInput, $"{Output.OneLine(name)} has no host now: a job has one of yours from its stage provision to its end, with provider.name: ssh. `finetune hosts` shows who has which.");
        return Output.Text(host, "address").Split(' ') switch
        {
            [var address, "--proxy", var proxy] when Proxy().Match(proxy) is { Success: true } match => ["-o", $"ProxyCommand=nc -X 5 -x {match.Groups[1].Value} %h %p", "ssh://" + address],
            [.., "--proxy", _] => throw new CliException(ExitCodes.BadInput, $"ssh cannot be told of such a way in one line: write it into your ~/.ssh/config. The host is {Output.Text(host, "address")}."),
            ["ssh", "-J", var jump, var address] => ["-J", jump, "ssh://" + address],
            [var address] => ["ssh://" + address],
            _ => throw new CliException(ExitCodes.Gateway, $"The gateway's answer is not understood: {Output.Text(host, "address")} is no address of a host."),
        };
    }

    /// <summary>ssh gives it to a shell.</summary>
    [GeneratedRegex(@"^socks5://([A-Za-z0-9_.-]+:[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Proxy();
}

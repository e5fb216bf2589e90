using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Hosts;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Logs in to a job's host with the person's own <c>ssh</c>, keys and known hosts.</summary>
internal sealed class SshCommand : AsyncCommand<SshCommand.Settings>
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
            arguments = [.. HostLogin.Of(await gateway.HostsAsync(Interrupt.Token), settings.Name).Ssh, .. context.Remaining.Raw];
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
}

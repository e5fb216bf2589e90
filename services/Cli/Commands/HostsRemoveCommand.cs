using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Takes a host out of the pool.</summary>
internal sealed class HostsRemoveCommand : AsyncCommand<HostsRemoveCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "<NAME>")]
        [Description("The host's name, or a job that has it or had it last")]
        public string Name { get; init; } = "";
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var answer = await gateway.DeleteAsync($"api/hosts/{Uri.EscapeDataString(settings.Name)}", Interrupt.Token);
        var later = Output.Text(answer, "in_use") == "true" ? ", when its job gives it back" : "";
        settings.Tell(answer, $"Removed: {Output.Text(answer, "name")}{later}. What it costs, it costs until you end it at whom you rent it from.");
        return ExitCodes.Done;
    }
}

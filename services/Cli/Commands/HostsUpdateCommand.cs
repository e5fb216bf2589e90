using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Changes a host of the pool.</summary>
internal sealed class HostsUpdateCommand : AsyncCommand<HostsUpdateCommand.Settings>
{
    internal sealed class Settings : HostSettings
    {
        [CommandArgument(0, "<NAME>")]
        [Description("The host's name, or a job that has it or had it last")]
        public string Name { get; init; } = "";

        [CommandArgument(1, "[SSH]")]
        [Description("The new ssh command, in quotes: another computer, or the same after it was started anew")]
        public string? Address { get; init; }

        [CommandOption("--forget-key")]
        [Description("Accept a new host key: it was set up anew at the same address")]
        public bool ForgetKey { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var body = await settings.BodyAsync(settings.Address);
        body["forget_key"] = settings.ForgetKey;
        using var gateway = settings.Connect();
        var answer = await gateway.PatchAsync($"api/hosts/{Uri.EscapeDataString(settings.Name)}", body, Interrupt.Token);
        settings.Tell(answer, $"Changed: {Output.Text(answer, "name")}");

        return ExitCodes.Done;
    }
}

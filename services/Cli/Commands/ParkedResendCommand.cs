using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Sends a parked message to its queue again.</summary>
internal sealed class ParkedResendCommand : AsyncCommand<ParkedResendCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "<ID>")]
        [Description("The message, as the list names it")]
        public long Id { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var answer = await gateway.PostAsync($"api/ops/parked/{settings.Id}/resend", null, Interrupt.Token);
        settings.Tell(answer, $"Sent {settings.Id} to its queue again");

        return ExitCodes.Done;
    }
}

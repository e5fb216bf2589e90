using System.ComponentModel;
using Spectre.Console;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Drops one parked message, or all.</summary>
internal sealed class ParkedDropCommand : AsyncCommand<ParkedDropCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "[ID]")]
        [Description("The message, as the list names it")]
        public long? Id { get; init; }

        [CommandOption("--all")]
        [Description("All of them")]
        public bool All { get; init; }

        public override ValidationResult Validate() => All == Id.HasValue ? ValidationResult.Error("Name one message by its id, or --all.") : ValidationResult.Success();
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var answer = await gateway.DeleteAsync($"api/ops/parked{(settings.All ? "" : $"/{settings.Id}")}", Interrupt.Token);
        settings.Tell(answer, $"Dropped: {Output.Text(answer, "dropped")}");

        return ExitCodes.Done;
    }
}

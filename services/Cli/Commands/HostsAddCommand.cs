using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Adds a host to the pool.</summary>
internal sealed class HostsAddCommand : AsyncCommand<HostsAddCommand.Settings>
{
    internal sealed class Settings : HostSettings
    {
        [CommandArgument(0, "<SSH>")]
        [Description("The ssh command with which you log in, in quotes, USER@HOST:PORT, or a name of your ~/.ssh/config")]
        public string Address { get; init; } = "";

        [CommandOption("--name <NAME>")]
        [Description("Default: made of host and port")]
        public string? Name { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var body = await settings.BodyAsync(settings.Address);
        body["name"] = settings.Name;
        using var gateway = settings.Connect();
        var answer = await gateway.PostAsync("api/hosts", body, Interrupt.Token);
        var costsOn = settings.Price > 0 && settings.OnRelease is null or "keep"
            ? "\nIt costs on when its jobs are done: end it yourself, or say --on-release shutdown if that ends it." : "";
        settings.Tell(answer, $"Added: {Output.Text(answer, "name")}. Jobs with provider.name: ssh may use it; `finetune hosts` shows what becomes of it.{costsOn}");
        return ExitCodes.Done;
    }
}

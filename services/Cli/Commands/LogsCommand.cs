using System.ComponentModel;
using FineTunePipeline.Cli.Http;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Prints a job's events.</summary>
internal sealed class LogsCommand : AsyncCommand<LogsCommand.Settings>
{
    internal sealed class Settings : JobSettings
    {
        [CommandOption("-f|--follow")]
        [Description("Go on until the job ends")]
        public bool Follow { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = new GatewayClient(settings.Address);
        if (settings.Follow)
        {
            await WatchCommand.FollowAsync(gateway, settings.Job, settings.Json, Interrupt.Token);
            return ExitCodes.Done;
        }

        var events = await gateway.GetAsync($"api/jobs/{settings.Job}/history", Interrupt.Token);
        foreach (var stored in events.AsArray())
        {
            var data = stored!["data"]!.AsObject();
            Console.WriteLine(settings.Json ? stored.ToJsonString() : Output.Line(Output.Text(stored, "type"), data));
        }

        return ExitCodes.Done;
    }
}

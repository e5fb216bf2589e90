using System.ComponentModel;
using System.Text.Json.Nodes;
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
        using var gateway = settings.Connect();
        if (settings.Follow)
        {
            var code = await WatchCommand.FollowAsync(gateway, settings.Job, settings.Json, Interrupt.Token);
            return code == ExitCodes.Interrupted ? code : ExitCodes.Done;
        }

        // The gateway gives a page at a time; the last event's number is where the next page starts.
        for (var after = 0L; ;)
        {
            var events = await gateway.GetAsync<JsonArray>($"api/jobs/{settings.Job}/history?after={after}", Interrupt.Token);
            if (events.Count == 0)
            {
                return ExitCodes.Done;
            }

            foreach (var stored in events)
            {
                if (settings.Json)
                {
                    Output.Json(stored!);
                }
                else
                {
                    Console.WriteLine(Output.Line(Output.Text(stored!, "type"), stored!["data"] as JsonObject ?? []));
                }
            }

            after = events[^1]!["sequence"]!.GetValue<long>();
        }
    }
}

using System.ComponentModel;
using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Lists jobs, newest first.</summary>
internal sealed class ListCommand : AsyncCommand<ListCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandOption("--limit <N>")]
        [Description("Jobs on the page (1 to 200)")]
        public int Limit { get; init; } = 20;

        [CommandOption("--before <JOB>")]
        [Description("Go on after this job: the value that the page before printed")]
        public string? Before { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var before = settings.Before is null ? "" : "&before=" + Uri.EscapeDataString(settings.Before);
        var page = await gateway.GetAsync<JsonObject>($"api/jobs?limit={settings.Limit}{before}", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(page);
            return ExitCodes.Done;
        }

        Output.Table(page["jobs"], Output.Column("job", "id"), Output.Column("name"), Output.Column("state"), Output.Column("message"));
        if (Output.Text(page, "next") is { Length: > 0 } next)
        {
            Console.WriteLine($"More: finetune list --before {next}");
        }

        return ExitCodes.Done;
    }
}

using System.ComponentModel;
using FineTunePipeline.Cli.Http;
using Spectre.Console;
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
        using var gateway = new GatewayClient(settings.Address);
        var before = settings.Before is null ? "" : "&before=" + Uri.EscapeDataString(settings.Before);
        var page = await gateway.GetAsync($"api/jobs?limit={settings.Limit}{before}", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(page);
            return ExitCodes.Done;
        }

        var table = new Table().AddColumn("job").AddColumn("name").AddColumn("state").AddColumn("message");
        foreach (var job in page["jobs"]!.AsArray())
        {
            table.AddRow(
                Output.Text(job!, "id"), Markup.Escape(Output.Text(job!, "name")), Output.Text(job!, "state"), Markup.Escape(Output.Text(job!, "message")));
        }

        AnsiConsole.Write(table);
        if (page["next"] is { } next)
        {
            Console.WriteLine($"More: finetune list --before {next}");
        }

        return ExitCodes.Done;
    }
}

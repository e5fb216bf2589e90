using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Lists the messages that no service could take.</summary>
internal sealed class ParkedCommand : AsyncCommand<GatewaySettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, GatewaySettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var list = await gateway.GetAsync<JsonObject>("api/ops/parked", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(list);
            return ExitCodes.Done;
        }

        var table = new Table().AddColumn("id").AddColumn("at").AddColumn("reason").AddColumn("queue").AddColumn("message").AddColumn("job").AddColumn("fault");
        foreach (var message in list["parked"] as JsonArray ?? [])
        {
            string[] keys = ["id", "at", "reason", "queue", "message_type", "job_id", "fault"];
            table.AddRow(keys.Select(key => new Text(Output.Text(message!, key))));
        }

        AnsiConsole.Write(table);
        return ExitCodes.Done;
    }
}

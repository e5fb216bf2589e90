using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Lists the hosts that one has.</summary>
internal sealed class HostsCommand : AsyncCommand<GatewaySettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, GatewaySettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var list = await gateway.GetAsync<JsonObject>("api/hosts", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(list);
            return ExitCodes.Done;
        }

        var table = new Table().AddColumn("name").AddColumn("state").AddColumn("address").AddColumn("an hour").AddColumn("gpu").AddColumn("job").AddColumn("fault");
        foreach (var host in list["hosts"] as JsonArray ?? [])
        {
            var price = $"{Output.Text(host!, "hourly_price")} {Output.Text(host!, "currency")}";
            string[] cells = [Output.Text(host!, "name"), Output.Text(host!, "state"), Output.Text(host!, "address"), price, Output.Text(host!, "gpu"), Output.Text(host!, "job_id"), Output.Text(host!, "fault")];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        AnsiConsole.Write(table);
        return ExitCodes.Done;
    }
}

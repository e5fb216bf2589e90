using System.Text.Json.Nodes;
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

        Output.Table(
            list["hosts"],
            Output.Column("name"),
            Output.Column("state"),
            Output.Column("address"),
            ("an hour", host => $"{Output.Text(host, "hourly_price")} {Output.Text(host, "currency")}"),
            Output.Column("gpu"),
            Output.Column("job", "job_id"),
            Output.Column("fault"));
        return ExitCodes.Done;
    }
}

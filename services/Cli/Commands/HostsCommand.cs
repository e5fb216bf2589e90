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
            Output.Column("gpu"));

        // Sentences and long names would make columns of three characters.
        foreach (var host in list["hosts"] as JsonArray ?? [])
        {
            if (Output.Text(host!, "job_id") is { Length: > 0 } job && Output.Text(host!, "state") is "in_use" or "lost" or "removing")
            {
                Console.WriteLine($"{Output.Text(host!, "name")}: {(Output.Text(host!, "state") == "lost" ? "its job was" : "its job is")} {job}");
            }

            if (Output.Text(host!, "fault") is { Length: > 0 } fault)
            {
                Console.WriteLine(fault.StartsWith(Output.Text(host!, "name"), StringComparison.Ordinal) ? fault : $"{Output.Text(host!, "name")}: {fault}");
            }
        }

        return ExitCodes.Done;
    }
}

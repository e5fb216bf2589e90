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

        // A column that is empty for nearly everybody would cost them width.
        var hosts = list["hosts"] as JsonArray ?? [];
        (string, Func<JsonNode, string>)[] status = hosts.Any(HasStatusCommand) ? [("status", host => HasStatusCommand(host) ? "by command" : "")] : [];
        Output.Table(
            hosts,
            [
                Output.Column("name"),
                Output.Column("state"),
                Output.Column("address"),
                ("an hour", host => $"{Output.Text(host, "hourly_price")} {Output.Text(host, "currency")}"),
                Output.Column("gpu"),
                .. status,
            ]);

        // Sentences and long names would make columns of three characters.
        foreach (var host in hosts)
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

    private static bool HasStatusCommand(JsonNode? host) => Output.Text(host!, "has_status_command") == "true";
}

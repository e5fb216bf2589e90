using System.Text.Json.Nodes;
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

        Output.Table(
            list["parked"],
            Output.Column("id"),
            Output.Column("at"),
            Output.Column("reason"),
            Output.Column("queue"),
            Output.Column("message", "message_type"),
            Output.Column("job", "job_id"),
            Output.Column("fault"));
        return ExitCodes.Done;
    }
}

using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Tells what a job's hosts cost so far.</summary>
internal sealed class CostCommand : AsyncCommand<JobSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, JobSettings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var job = await gateway.GetAsync<JsonObject>($"api/jobs/{settings.Job}", Interrupt.Token);
        if (settings.Json)
        {
            Output.Json(job["cost"] as JsonObject ?? []);
        }
        else if (job["cost"] is { } cost)
        {
            var held = Output.Number(cost, "held", "0.00##");
            Console.WriteLine($"{Output.Number(cost, "charged", "0.00##")} {Output.Text(cost, "currency")} spent, {held} reserved for the time that runs now");
            foreach (var host in cost["hosts"] as JsonArray ?? [])
            {
                var end = Output.Text(host!, "is_released") == "true" ? "given back" : $"costs on, {Output.Number(host!, "held", "0.00##")} reserved";
                Console.WriteLine($"  {Output.Text(host!, "host_name"),-20} {Output.Number(host!, "charged", "0.00##"),8}  {Output.Number(host!, "hourly_price", "0.00##")} an hour, {end}");
            }
        }
        else
        {
            Console.WriteLine("Nothing was charged so far.");
        }

        return ExitCodes.Done;
    }
}

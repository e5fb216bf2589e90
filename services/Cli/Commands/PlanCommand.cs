using System.ComponentModel;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Http;
using FineTunePipeline.Contracts.Stages;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Has a job checked, and shows what it would do.</summary>
internal sealed class PlanCommand : AsyncCommand<PlanCommand.Settings>
{
    internal sealed class Settings : JobFileSettings
    {
        [CommandOption("--yaml")]
        [Description("Print the trainer's configuration file instead")]
        public bool Yaml { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var spec = await settings.ReadAsync(gateway, Interrupt.Token);
        var id = Output.Text(await gateway.PlanAsync(spec, Interrupt.Token), "id");
        var job = await new JobFollower(gateway).FollowAsync(id, Wait, Interrupt.Token);
        if (Output.Text(job, "state") != "succeeded")
        {
            var failure = job["failure"] is { } told ? Output.Record<Failure>(told) : null;
            throw new CliException(failure is { Kind: FailureKind.BadInput } ? ExitCodes.BadInput : ExitCodes.JobFailed, failure?.Message ?? Output.Text(job, "message"));
        }

        if (settings.Yaml)
        {
            Console.Write(Output.Clean(await gateway.GetTextAsync($"api/jobs/{id}/files/train.yaml", Interrupt.Token)));
            return ExitCodes.Done;
        }

        var plan = GatewayClient.Parse<JsonObject>(await gateway.GetTextAsync($"api/jobs/{id}/files/plan.json", Interrupt.Token));
        if (settings.Json)
        {
            Output.Json(plan);
        }
        else
        {
            PlanText.Lines(spec, plan).ToList().ForEach(Console.WriteLine);
        }

        return ExitCodes.Done;

        // Data of some size is counted for minutes.
        void Wait(string type, JsonObject data)
        {
            if (!settings.Json && type == "changed" && Output.Text(data, "state") == "running")
            {
                Console.Error.WriteLine(Output.Text(data, "message"));
            }
        }
    }
}

using System.ComponentModel;
using System.Text.Json.Nodes;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Lets a paused job go on, and one that waits for you try again at once.</summary>
internal sealed class ResumeCommand : AsyncCommand<ResumeCommand.Settings>
{
    internal sealed class Settings : JobSettings
    {
        [CommandOption("--budget <TOTAL>")]
        [Description("Highest cost of the whole job from now on, what is spent already included; 0: as much as its hosts cost until its deadline")]
        public decimal? Budget { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var job = await gateway.PostAsync($"api/jobs/{settings.Job}/resume", new JsonObject { ["budget_total"] = settings.Budget }, Interrupt.Token);
        settings.Tell(job, $"Asked {settings.Job} to go on; finetune watch {settings.Job} shows it");

        return ExitCodes.Done;
    }
}

using System.ComponentModel;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Reads a job file, uploads what it names, submits it.</summary>
internal sealed class SubmitCommand : AsyncCommand<SubmitCommand.Settings>
{
    internal sealed class Settings : JobFileSettings
    {
        [CommandOption("--watch")]
        [Description("Follow the job to its end")]
        public bool Watch { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var spec = await settings.ReadAsync(gateway, Interrupt.Token);
        var submitted = await gateway.SubmitAsync(spec, Interrupt.Token);
        var id = Output.Text(submitted, "id");
        if (settings.Json)
        {
            Output.Json(submitted);
        }
        else
        {
            Console.WriteLine(id);
        }

        return settings.Watch ? await WatchCommand.FollowAsync(gateway, id, settings.Json, Interrupt.Token) : ExitCodes.Done;
    }
}

using System.ComponentModel;
using System.Text;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Saves the picture of a job's loss.</summary>
internal sealed class PlotCommand : AsyncCommand<PlotCommand.Settings>
{
    internal sealed class Settings : JobSettings
    {
        [CommandArgument(1, "[FILE]")]
        [Description("The SVG file. Default: JOB-loss.svg here")]
        public string? File { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var path = settings.File ?? $"{settings.Job}-loss.svg";
        var picture = await gateway.GetTextAsync($"api/jobs/{settings.Job}/loss.svg", Interrupt.Token);
        var part = path + ".part";
        await using (var target = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await target.WriteAsync(Encoding.UTF8.GetBytes(picture), Interrupt.Token);
            target.Flush(flushToDisk: true);
        }

        System.IO.File.Move(part, path, overwrite: true);
        Console.WriteLine(Output.OneLine(path));
        return ExitCodes.Done;
    }
}

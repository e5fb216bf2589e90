using System.ComponentModel;
using FineTunePipeline.Cli.Http;
using FineTunePipeline.JobFiles;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Reads a job file, uploads what it names, submits it.</summary>
internal sealed class SubmitCommand : AsyncCommand<SubmitCommand.Settings>
{
    internal sealed class Settings : GatewaySettings
    {
        [CommandArgument(0, "<FILE>")]
        [Description("The job file (YAML or JSON)")]
        public string File { get; init; } = "";

        [CommandOption("--watch")]
        [Description("Follow the job to its end")]
        public bool Watch { get; init; }
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        if (!File.Exists(settings.File))
        {
            throw new CliException(ExitCodes.BadInput, $"There is no job file {settings.File}. examples/own-model/job.yaml is one to copy.");
        }

        var spec = JobFile.Read(await File.ReadAllTextAsync(settings.File, Interrupt.Token));
        spec = JobPaths.Resolve(spec, Path.GetDirectoryName(Path.GetFullPath(settings.File))!);
        using var gateway = settings.Connect();
        spec = await new JobUploads(gateway, settings.Json ? _ => { } : Console.Error.WriteLine).UploadAsync(spec, Interrupt.Token);
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

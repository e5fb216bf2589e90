using System.ComponentModel;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Http;
using FineTunePipeline.Contracts.Jobs;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Fetches a result.</summary>
internal sealed class GetCommand : AsyncCommand<GetCommand.Settings>
{
    internal sealed class Settings : JobSettings
    {
        [CommandArgument(1, "<DIR>")]
        [Description("Folder for the files")]
        public string Folder { get; init; } = "";
    }

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        using var gateway = settings.Connect();
        var listed = Output.Record<List<ResultFile>>(await gateway.GetAsync<JsonArray>($"api/jobs/{settings.Job}/files", Interrupt.Token));
        if (listed.Count == 0)
        {
            throw new CliException(ExitCodes.JobFailed, $"{settings.Job} has left no files yet.");
        }

        var download = new FileDownload(gateway, settings.Job);
        var report = new JsonArray();
        foreach (var file in listed)
        {
            var path = Target(settings.Folder, file.Path);
            await download.FetchAsync(file, path, Interrupt.Token);
            report.Add(new JsonObject { ["kind"] = file.Kind, ["path"] = path, ["sha256"] = file.Artifact.Sha256, ["bytes"] = file.Artifact.Bytes });
            if (!settings.Json)
            {
                Console.WriteLine(Output.OneLine($"{file.Artifact.Sha256[..12]}  {file.Artifact.Bytes,12}  {path}"));
            }
        }

        if (settings.Json)
        {
            Output.Json(report);
        }

        return ExitCodes.Done;
    }

    /// <summary>The gateway's word is not trusted to stay inside the folder.</summary>
    private static string Target(string folder, string name)
    {
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new CliException(ExitCodes.Gateway, $"The gateway names a file outside the folder: {name}");
    }
}

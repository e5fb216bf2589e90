using System.ComponentModel;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Cli.Http;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using Spectre.Console.Cli;

namespace FineTunePipeline.Cli.Commands;

/// <summary>Fetches a result: a file that is there and right is left alone, a part goes on where it stopped, each digest is computed from the disk.</summary>
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
        using var gateway = new GatewayClient(settings.Address);
        var listed = (await gateway.GetAsync($"api/jobs/{settings.Job}/files", Interrupt.Token)).Deserialize<List<ResultFile>>(ContractJson.Options)!;
        if (listed.Count == 0)
        {
            throw new CliException(ExitCodes.JobFailed, $"{settings.Job} has left no files yet.");
        }

        var report = new JsonArray();
        foreach (var file in listed)
        {
            var path = Target(settings.Folder, file.Path);
            await FetchAsync(gateway, settings.Job, file, path, Interrupt.Token);
            report.Add(new JsonObject { ["kind"] = file.Kind, ["path"] = path, ["sha256"] = file.Artifact.Sha256, ["bytes"] = file.Artifact.Bytes });
            if (!settings.Json)
            {
                Console.WriteLine($"{file.Artifact.Sha256[..12]}  {file.Artifact.Bytes,12}  {path}");
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

    private static async Task FetchAsync(GatewayClient gateway, string jobId, ResultFile file, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && await DigestAsync(path, cancellationToken) == file.Artifact.Sha256)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var part = path + ".part";
        var offset = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (offset < file.Artifact.Bytes)
        {
            using var answer = await gateway.DownloadAsync(jobId, file.Path, offset, cancellationToken);
            await using var target = new FileStream(part, answer.StatusCode == HttpStatusCode.PartialContent ? FileMode.Append : FileMode.Create, FileAccess.Write);
            await answer.Content.CopyToAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }

        var digest = await DigestAsync(part, cancellationToken);
        if (digest != file.Artifact.Sha256)
        {
            File.Delete(part);
            throw new CliException(ExitCodes.Gateway, $"{file.Path} arrived damaged (it hashes to {digest}, not to {file.Artifact.Sha256}) and was deleted; run the command again.");
        }

        File.Move(part, path, overwrite: true);
    }

    private static async Task<string> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}

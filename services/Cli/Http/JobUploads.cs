using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;

namespace FineTunePipeline.Cli.Http;

/// <summary>Uploads what a job names by local path, and names it by digest instead. What the store already has is not sent again.</summary>
internal sealed class JobUploads(GatewayClient gateway, Action<string> tell)
{
    public async Task<JobSpec> UploadAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var paths = new Dictionary<string, string>();
        JobPaths.Map(spec, path => paths[path] = path);
        foreach (var path in paths.Keys.ToList())
        {
            paths[path] = File.Exists(path) ? await FileAsync(path, cancellationToken)
                : Directory.Exists(path) ? await FolderAsync(path, cancellationToken)
                : throw new CliException(ExitCodes.BadInput, $"The job names {path}, which does not exist. Paths are seen from the folder of the job file.");
        }

        return JobPaths.Map(spec, path => paths[path]);
    }

    private async Task<string> FileAsync(string path, CancellationToken cancellationToken)
    {
        tell($"Uploading {path}");
        return (await gateway.UploadAsync(path, await FileDigest.OfAsync(path, cancellationToken), cancellationToken)).ToUri();
    }

    private async Task<string> FolderAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new List<ManifestFile>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (name.Split('/').Any(part => part.StartsWith('.')))
            {
                continue;
            }

            tell($"Uploading {path}");
            var reference = await gateway.UploadAsync(path, await FileDigest.OfAsync(path, cancellationToken), cancellationToken);
            files.Add(new ManifestFile(name, reference.Bytes, reference.Sha256));
        }

        if (files.Count == 0)
        {
            throw new CliException(ExitCodes.BadInput, $"The folder {folder} holds no files.");
        }

        var answer = await gateway.PostAsync("api/artifacts/manifests", new Manifest { Kind = "model", Files = files }, cancellationToken);
        return Output.Record<ArtifactReference>(answer).ToUri();
    }
}

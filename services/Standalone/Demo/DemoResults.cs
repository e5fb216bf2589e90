using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>The result's files, saved where a person finds them, each digest computed again from the saved bytes.</summary>
internal sealed record DemoResults(string Folder, IReadOnlyList<DemoFile> Files)
{
    public static async Task<DemoResults> SaveAsync(DemoClient gateway, JobView job, string folder, CancellationToken cancellationToken)
    {
        var saved = new List<DemoFile>();
        foreach (var file in await gateway.FilesAsync(job.Id, cancellationToken))
        {
            var path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var temporary = path + ".part";
            await using (var source = await gateway.OpenFileAsync(job.Id, file.Path, cancellationToken))
            await using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                await source.CopyToAsync(target, cancellationToken);
                target.Flush(flushToDisk: true);
            }

            var digest = await Digests.Sha256OfFileAsync(temporary, cancellationToken);
            if (digest != file.Artifact.Sha256)
            {
                throw new DemoException($"{file.Path} arrived damaged: its bytes hash to {digest}, not to {file.Artifact.Sha256}.");
            }

            File.Move(temporary, path, overwrite: true);
            saved.Add(new DemoFile(file, path));
        }

        return new DemoResults(folder, saved);
    }
}

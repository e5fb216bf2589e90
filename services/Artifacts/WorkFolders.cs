using System.Globalization;
using FineTunePipeline.Contracts.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Artifacts;

/// <summary>Folders for the files that one attempt needs for a short time. Made empty, removed when the attempt is done with them.</summary>
internal sealed class WorkFolders(IOptions<ArtifactsOptions> options)
{
    public WorkFolder Create(string jobId, Stage stage, int attempt)
    {
        Remove(jobId, stage, attempt);
        var path = PathOf(jobId, stage, attempt);
        Directory.CreateDirectory(path);
        return new WorkFolder(path);
    }

    public void Remove(string jobId, Stage stage, int attempt)
    {
        var path = PathOf(jobId, stage, attempt);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private string PathOf(string jobId, Stage stage, int attempt) =>
        Path.Combine(options.Value.WorkFolder, string.Create(CultureInfo.InvariantCulture, $"{jobId}-{stage.ToString().ToLowerInvariant()}-{attempt}"));

    internal sealed class WorkFolder(string path) : IDisposable
    {
        public string Folder(string name) => Path.Combine(path, name);

        public void Dispose()
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}

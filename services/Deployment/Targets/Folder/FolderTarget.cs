using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Deployment.Targets.Folder;

/// <summary>
/// Writes a folder that Ollama and llama.cpp can use as it stands: the GGUF file, a Modelfile and instructions. The folder is made beside its place and
/// renamed into it: it is there as a whole or not at all. Only a folder that this target made is ever replaced.
/// </summary>
internal sealed class FolderTarget(IArtifactStore store, ModelDescriptions descriptions) : IDeploymentTarget
{
    internal const string Marker = "deployment.json";
    internal const string Modelfile = "Modelfile";
    internal const string Readme = "README.md";

    public string Name => "folder";

    public async Task<Deployed> DeployAsync(DeployRequest request, CancellationToken cancellationToken)
    {
        var folder = FolderOf(request);
        var engine = await descriptions.EngineVersionAsync(cancellationToken);
        try
        {
            if (await ReadMarkerAsync(folder, cancellationToken) is { } present && present == MarkerOf(request) && HasFile(folder, request))
            {
                return Proof(folder, request, engine);
            }

            RefuseForeign(folder);
            await WriteAsync(folder, request, cancellationToken);
            return Proof(folder, request, engine);
        }
        catch (Exception exception) when (
            exception is UnauthorizedAccessException or IOException and not ArtifactMissingException and not ArtifactCorruptException)
        {
            throw StageException.BadInput(
                "folder_unwritable", $"deploy.folder: {folder} cannot be written ({exception.Message}); choose another folder, or free space on its disk.");
        }
    }

    public async Task RemoveAsync(DeployRequest request, CancellationToken cancellationToken)
    {
        var folder = FolderOf(request);
        RemoveIfThere(Beside(folder, request));
        if (await ReadMarkerAsync(folder, cancellationToken) is { } marker && marker.JobId == request.JobId && marker.Attempt <= request.Attempt)
        {
            RemoveIfThere(folder);
        }
    }

    private async Task WriteAsync(string folder, DeployRequest request, CancellationToken cancellationToken)
    {
        var beside = Beside(folder, request);
        RemoveIfThere(beside);
        Directory.CreateDirectory(beside);
        try
        {
            var file = Path.Combine(beside, request.File.FileName);
            await store.DownloadAsync(request.File.Artifact.Sha256, file, cancellationToken);
            var description = await descriptions.DescribeAsync(file, cancellationToken);
            await DurableFile.WriteTextAsync(Path.Combine(beside, Modelfile), ModelfileText.Write(request.File.FileName, description), cancellationToken);
            await DurableFile.WriteTextAsync(Path.Combine(beside, Readme), Instructions.Write(request, description is not null), cancellationToken);
            await DurableFile.WriteTextAsync(
                Path.Combine(beside, Marker), JsonSerializer.Serialize(MarkerOf(request), ContractJson.Options), cancellationToken);
            Swap(beside, folder);
        }
        finally
        {
            RemoveIfThere(beside);
        }
    }

    /// <summary>
    /// Puts the finished folder in its place; what was there before goes first to a name beside it, so that nothing is lost if the rename fails.
    /// </summary>
    private static void Swap(string beside, string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.Move(beside, folder);
            return;
        }

        var old = beside + "-old";
        RemoveIfThere(old);
        Directory.Move(folder, old);
        try
        {
            Directory.Move(beside, folder);
        }
        catch (IOException)
        {
            Directory.Move(old, folder);
            throw;
        }

        RemoveIfThere(old);
    }

    private static void RefuseForeign(string folder)
    {
        if (File.Exists(folder))
        {
            throw StageException.BadInput("folder_foreign", $"deploy.folder: {folder} is a file; name a folder.");
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, Marker)))
        {
            throw StageException.BadInput(
                "folder_foreign", $"deploy.folder: {folder} holds other files, which a deployment would replace; name a new or empty folder.");
        }
    }

    private static async Task<DeploymentMarker?> ReadMarkerAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, Marker);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<DeploymentMarker>(await File.ReadAllBytesAsync(path, cancellationToken), ContractJson.Options);
        }
        catch (JsonException)
        {
            // Not what this target writes: the folder is somebody else's.
            return null;
        }
    }

    private static bool HasFile(string folder, DeployRequest request) =>
        new FileInfo(Path.Combine(folder, request.File.FileName)) is { Exists: true } file && file.Length == request.File.Artifact.Bytes;

    private static string FolderOf(DeployRequest request) => request.Spec.Folder is { Length: > 0 } folder && Path.IsPathFullyQualified(folder)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
        : throw StageException.BadInput("folder_missing", "deploy.folder must name an absolute folder.");

    private static string Beside(string folder, DeployRequest request) => Path.Combine(
        Path.GetDirectoryName(folder) ?? throw StageException.BadInput("folder_foreign", "deploy.folder must not be the root of a disk."),
        $"{DurableFile.TemporaryPrefix}{request.JobId}");

    private static void RemoveIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DeploymentMarker MarkerOf(DeployRequest request) =>
        new(request.JobId, request.Attempt, request.ModelName, request.File.Type, request.File.Artifact.Sha256);

    private static Deployed Proof(string folder, DeployRequest request, string engineVersion) =>
        new() { EngineVersion = engineVersion, Proof = $"{folder} holds {request.File.FileName}, {Modelfile} and {Readme}." };

    /// <summary>Says in the folder itself what it is.</summary>
    private sealed record DeploymentMarker(string JobId, int Attempt, string ModelName, string Type, string Sha256);
}

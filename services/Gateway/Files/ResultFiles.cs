using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Gateway.Files;

/// <summary>The files of a job's result one by one: an entry whose path ends with a slash is a manifest, and its files are listed below it.</summary>
internal sealed class ResultFiles(IArtifactStore store)
{
    public async Task<IReadOnlyList<ResultFile>> ListAsync(JobRow row, CancellationToken cancellationToken)
    {
        if (row.Change is null)
        {
            return [];
        }

        var result = JsonSerializer.Deserialize<JobChanged>(row.Change, ContractJson.Options)!.Result;
        var files = new List<ResultFile>();
        foreach (var file in result.Files)
        {
            if (!file.Path.EndsWith('/'))
            {
                files.Add(file);
                continue;
            }

            await using var stream = await store.OpenAsync(file.Artifact.Sha256, cancellationToken);
            var manifest = await JsonSerializer.DeserializeAsync<Manifest>(stream, ContractJson.Options, cancellationToken)
                ?? throw new InvalidDataException($"The manifest {file.Artifact.Sha256} is empty.");
            files.AddRange(manifest.Files.Select(entry => file with { Path = file.Path + entry.Path, Artifact = new ArtifactReference(entry.Sha256, entry.Bytes) }));
        }

        return files;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>Makes a <see cref="DatasetFolder"/>: validate reads exactly what fetch later stores.</summary>
internal static class DatasetFolderBuilder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<DatasetFolder> BuildAsync(
        IReadOnlyList<DatasetSource> sources,
        IReadOnlyDictionary<string, string> variables,
        DatasetKind kind,
        string folder,
        FaultList faults,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var files = new List<DatasetFile>();
        var info = new JsonObject();
        foreach (var source in sources)
        {
            var path = Path.Combine(folder, source.FileName);
            var unknown = await FillAsync(source, variables, path, cancellationToken);
            if (await DescribeAsync(source, path, kind, faults, cancellationToken) is { } entry)
            {
                info[source.Name] = entry;
                files.Add(new DatasetFile(source.Name, path, source.Origin) { UnknownVariables = unknown });
            }
        }

        await DurableFile.WriteTextAsync(Path.Combine(folder, DatasetSources.InfoFile), info.ToJsonString(Indented), cancellationToken);
        return new DatasetFolder(folder, files);
    }

    private static async Task<IReadOnlyCollection<string>> FillAsync(
        DatasetSource source, IReadOnlyDictionary<string, string> variables, string path, CancellationToken cancellationToken)
    {
        await using var filled = new PlaceholderStream(await source.OpenAsync(cancellationToken), variables);
        await DurableFile.WriteAsync(path, filled.CopyToAsync, cancellationToken);
        return filled.Unknown;
    }

    /// <summary>The entry beside the file if there is one, else what its records show; null, and a fault, if it cannot be used.</summary>
    private static async Task<JsonObject?> DescribeAsync(DatasetSource source, string path, DatasetKind kind, FaultList faults, CancellationToken cancellationToken)
    {
        try
        {
            return source.Entry is { } entry
                ? await DatasetEntry.CompleteAsync(entry, path, cancellationToken)
                : await DatasetEntry.DescribeAsync(path, kind, cancellationToken);
        }
        catch (InvalidDatasetException exception)
        {
            // The message begins with the path of our copy; the person knows the file by another name.
            faults.Add("dataset_unusable", $"dataset: {source.Origin}: {exception.Message[(exception.Path.Length + 2)..]}.");
        }
        catch (JsonException exception)
        {
            faults.Add("dataset_json", $"dataset: {source.Origin}: {FirstProblem(path, kind) ?? $"line {exception.LineNumber + 1}: this is no JSON"}.");
        }

        return null;
    }

    /// <summary>The dataset reader explains a broken record better than the JSON library does.</summary>
    private static string? FirstProblem(string path, DatasetKind kind)
    {
        var problem = DatasetReader.Read(path, DatasetFormat.Detect(path, kind)).OfType<DatasetProblem>().FirstOrDefault();
        return problem is null ? null : $"line {problem.Line}: {problem.Message}";
    }
}

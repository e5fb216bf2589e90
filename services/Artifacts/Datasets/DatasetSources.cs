using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Artifacts.Validate;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>
/// Finds the data files behind <c>dataset</c>: local files, local folders and artifacts (a single file or a manifest), separated by commas. A
/// <c>dataset_info.json</c> in a folder or manifest is followed; files that it does not name are left out then.
/// </summary>
internal sealed class DatasetSources(IArtifactStore store)
{
    internal const string InfoFile = "dataset_info.json";
    private const long LargestInfoFile = 16L << 20;
    private static readonly string[] Endings = [".json", ".jsonl"];

    public async Task<IReadOnlyList<DatasetSource>> ResolveAsync(string dataset, FaultList faults, CancellationToken cancellationToken)
    {
        var sources = new List<DatasetSource>();
        var parts = InputReference.Split(dataset);
        faults.Require(parts.Count > 0, "dataset_missing", "dataset names no file.");
        foreach (var part in parts)
        {
            if (InputReference.Parse(part) is not { } reference)
            {
                faults.Add("dataset_path", $"dataset: '{part}' is neither an absolute path nor artifact: and 64 hexadecimal digits.");
            }
            else if (reference.IsArtifact)
            {
                sources.AddRange(await FromArtifactAsync(reference.Sha256!, faults, cancellationToken));
            }
            else
            {
                sources.AddRange(FromPath(reference.LocalPath!, faults));
            }
        }

        return Unique(sources);
    }

    private static IEnumerable<DatasetSource> FromPath(string path, FaultList faults)
    {
        if (Directory.Exists(path))
        {
            var names = Directory.EnumerateFiles(path).Select(Path.GetFileName).OfType<string>()
                .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal).ToList();
            var info = names.Contains(InfoFile) ? ReadInfo(File.ReadAllBytes(Path.Combine(path, InfoFile)), path, faults) : null;
            return Choose(names, info, path, name => FromFile(Path.Combine(path, name)), faults);
        }

        if (!File.Exists(path))
        {
            faults.Add("dataset_missing", $"dataset: there is no file {path}.");
            return [];
        }

        if (!IsData(path))
        {
            faults.Add("dataset_ending", $"dataset: {path} ends neither with .json nor with .jsonl; convert the data to one of the two, or rename the file.");
            return [];
        }

        return [FromFile(path)];
    }

    private async Task<IReadOnlyList<DatasetSource>> FromArtifactAsync(string sha256, FaultList faults, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(sha256, cancellationToken) is not { } bytes)
        {
            faults.Add("dataset_missing", $"dataset: the store has no artifact {sha256}; upload it again.");
            return [];
        }

        var manifest = await ManifestReading.TryLoadAsync(store, new ArtifactReference(sha256, bytes), cancellationToken);
        if (manifest is null)
        {
            return [FromBlob(await BlobNameAsync(sha256, cancellationToken), sha256, bytes)];
        }

        var files = manifest.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        JsonObject? info = null;
        if (files.TryGetValue(InfoFile, out var infoFile) && infoFile.Bytes <= LargestInfoFile)
        {
            await using var stream = await store.OpenAsync(infoFile.Sha256, cancellationToken);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, cancellationToken);
            info = ReadInfo(memory.ToArray(), "artifact:" + sha256, faults);
        }

        return [.. Choose(
            [.. files.Keys], info, "artifact:" + sha256, name => FromBlob(Path.GetFileName(name), files[name].Sha256, files[name].Bytes), faults)];
    }

    /// <summary>Without a dataset_info.json every data file counts, with one those that it describes.</summary>
    private static IEnumerable<DatasetSource> Choose(
        IReadOnlyList<string> names, JsonObject? info, string origin, Func<string, DatasetSource> open, FaultList faults)
    {
        if (info is null)
        {
            var data = names.Where(IsData).ToList();
            faults.Require(data.Count > 0, "dataset_missing", $"dataset: {origin} holds no .json or .jsonl file.");
            return data.Select(open);
        }

        var chosen = new List<DatasetSource>();
        foreach (var (name, value) in info)
        {
            if (value is JsonObject entry && entry["file_name"] is JsonValue fileName && fileName.TryGetValue(out string? file) && names.Contains(file))
            {
                chosen.Add(open(file) with { Entry = entry });
            }
            else
            {
                faults.Add("dataset_info", $"dataset: the entry '{name}' of {origin}/{InfoFile} names no file that is there (file_name).");
            }
        }

        return chosen;
    }

    private static JsonObject? ReadInfo(byte[] json, string origin, FaultList faults)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw new JsonException("It is no object.");
        }
        catch (JsonException exception)
        {
            faults.Add("dataset_info", $"dataset: {origin}/{InfoFile} cannot be read: {exception.Message}");
            return null;
        }
    }

    private static DatasetSource FromFile(string path) => new(Path.GetFileName(path), new FileInfo(path).Length, path)
    {
        OpenAsync = _ => Task.FromResult<Stream>(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous)),
    };

    private DatasetSource FromBlob(string name, string sha256, long bytes) =>
        new(name, bytes, ArtifactReference.UriPrefix + sha256) { OpenAsync = token => store.OpenAsync(sha256, token) };

    /// <summary>An uploaded file has lost its name: an array is .json, anything else .jsonl.</summary>
    private async Task<string> BlobNameAsync(string sha256, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenAsync(sha256, cancellationToken);
        var start = new byte[256];
        var read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        var first = start.AsSpan(0, read).TrimStart("\uFEFF \t\r\n"u8);
        return $"data-{sha256[..8]}{(first.StartsWith("["u8) ? ".json" : ".jsonl")}";
    }

    private static bool IsData(string name) =>
        Path.GetFileName(name) != InfoFile && Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Two files may have the same name in different folders.</summary>
    private static IReadOnlyList<DatasetSource> Unique(List<DatasetSource> sources)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var unique = new List<DatasetSource>();
        foreach (var source in sources)
        {
            var named = source;
            for (var number = 2; !names.Add(named.Name); number++)
            {
                named = source with { FileName = $"{Path.GetFileNameWithoutExtension(source.FileName)}-{number}{Path.GetExtension(source.FileName)}" };
            }

            unique.Add(named);
        }

        return unique;
    }
}

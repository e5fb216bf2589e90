using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Folders;

/// <summary>
/// Chooses the files that matter from a folder in Hugging Face layout: configuration, tokenizer, template, weights, licence and model card.
/// Everything else (hidden files, caches, pickled weights, sub-folders) stays where it is.
/// </summary>
public sealed record ModelFolder(string Path, IReadOnlyList<ModelFile> Files)
{
    internal const string Config = "config.json";
    internal const string Tokenizer = "tokenizer.json";
    internal const string Weights = "model.safetensors";
    internal const string WeightsIndex = "model.safetensors.index.json";
    private const long LargestSmallFile = 256L << 20;

    private static readonly string[] SmallFiles =
    [
        Config, Tokenizer, "generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "tokenizer.model", "vocab.json", "merges.txt", "vocab.txt", "chat_template.jinja", "chat_template.json",
    ];

    private static readonly string[] Papers = ["README", "LICENSE", "LICENCE", "NOTICE", "USE_POLICY"];

    public long TotalBytes => Files.Sum(file => file.Bytes);

    public ModelFile? Find(string name) => Files.FirstOrDefault(file => file.Name == name);

    public IEnumerable<ModelFile> WeightFiles => Files.Where(file => file.Name.EndsWith(".safetensors", StringComparison.Ordinal));

    /// <summary>Lists the folder; what is missing or unusable goes to <paramref name="faults"/>.</summary>
    public static ModelFolder Read(string folder, FaultList faults)
    {
        if (!Directory.Exists(folder))
        {
            faults.Add("model_missing", File.Exists(folder)
                ? $"model: {folder} is a file; name the folder that holds config.json, tokenizer.json and the weights."
                : $"model: there is no folder {folder}.");
            return new ModelFolder(folder, []);
        }

        var names = Directory.EnumerateFiles(folder).Select(System.IO.Path.GetFileName).OfType<string>()
            .Where(name => !name.StartsWith('.')).ToHashSet(StringComparer.Ordinal);
        var wanted = SmallFiles.Where(names.Contains).ToList();
        wanted.AddRange(names.Where(IsPaper));
        wanted.AddRange(WeightNames(folder, names, faults));
        faults.Require(names.Contains(Config), "model_incomplete", $"model: {folder} has no {Config}; it is not a model in Hugging Face layout.");
        faults.Require(
            names.Contains(Tokenizer),
            "model_incomplete",
            $"model: {folder} has no {Tokenizer}; save the tokenizer as a fast one (AutoTokenizer … save_pretrained) and add the file.");

        var files = new List<ModelFile>();
        foreach (var name in wanted.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (Open(folder, name, faults) is { } file)
            {
                files.Add(file);
            }
        }

        return new ModelFolder(folder, files);
    }

    private static bool IsPaper(string name) => Papers.Any(paper => name.StartsWith(paper, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> WeightNames(string folder, HashSet<string> names, FaultList faults)
    {
        // The order in which transformers looks: one file, then the index.
        if (names.Contains(Weights))
        {
            return [Weights];
        }

        if (names.Contains(WeightsIndex))
        {
            var shards = ShardNames(System.IO.Path.Combine(folder, WeightsIndex), faults);
            foreach (var missing in shards.Where(shard => !names.Contains(shard)))
            {
                faults.Add("model_incomplete", $"model: {WeightsIndex} names {missing}, but {folder} does not have it; download the file again.");
            }

            return shards.Where(names.Contains).Append(WeightsIndex);
        }

        var other = names.FirstOrDefault(name => System.IO.Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".gguf");
        var stray = names.FirstOrDefault(name => name.EndsWith(".safetensors", StringComparison.Ordinal));
        faults.Add("model_incomplete", (other, stray) switch
        {
            (_, { } found) => $"model: {folder} has {found} but neither {Weights} nor {WeightsIndex}; rename the file or add the index.",
            ({ } found, null) =>
                $"model: {folder} has no safetensors weights, only {found}; save the model as safetensors (save_pretrained does) and name that folder.",
            _ => $"model: {folder} has no weights: neither {Weights} nor {WeightsIndex} is there.",
        });
        return [];
    }

    private static List<string> ShardNames(string index, FaultList faults)
    {
        try
        {
            using var stream = File.OpenRead(index);
            if (stream.Length > LargestSmallFile)
            {
                faults.Add("model_index", $"model: {WeightsIndex} is larger than {LargestSmallFile >> 20} MiB.");
                return [];
            }

            using var json = JsonDocument.Parse(stream);
            var shards = json.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(entry => entry.Value.GetString() ?? "").Distinct(StringComparer.Ordinal).ToList();
            var bad = shards.FirstOrDefault(
                shard => shard.Length == 0 || shard.StartsWith('.') || shard != System.IO.Path.GetFileName(shard) || shard.Contains('\\'));
            if (bad is not null)
            {
                faults.Add("model_index", $"model: {WeightsIndex} names the file '{bad}'; only plain names of files beside it are allowed.");
                return [];
            }

            faults.Require(shards.Count > 0, "model_index", $"model: the weight_map of {WeightsIndex} is empty.");
            return shards;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            faults.Add("model_index", $"model: {WeightsIndex} cannot be read as an index of weights: {exception.Message}");
            return [];
        }
    }

    private static ModelFile? Open(string folder, string name, FaultList faults)
    {
        var path = System.IO.Path.Combine(folder, name);
        if (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
        {
            if (!target.Exists || !MayLinkTo(folder, target.FullName))
            {
                faults.Add("model_link", $"model: {name} is a link to {target.FullName}, which "
                    + $"{(target.Exists ? "lies outside of the model's folder" : "does not exist")}; copy the file in its place.");
                return null;
            }

            path = target.FullName;
        }

        var bytes = new FileInfo(path).Length;
        if (bytes == 0 && !IsPaper(name))
        {
            faults.Add("model_incomplete", $"model: {name} is empty; download the file again.");
            return null;
        }

        if (bytes > LargestSmallFile && !name.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            faults.Add("model_file_huge", $"model: {name} has {bytes} bytes; a file of this kind is never larger than {LargestSmallFile >> 20} MiB.");
            return null;
        }

        return new ModelFile(name, path, bytes);
    }

    /// <summary>Inside the folder, or from a snapshot of Hugging Face's cache to that cache's own blobs: there every file is a link.</summary>
    private static bool MayLinkTo(string folder, string target)
    {
        var root = System.IO.Path.GetFullPath(folder);
        if (IsBelow(root, target))
        {
            return true;
        }

        var snapshots = System.IO.Path.GetDirectoryName(root);
        return System.IO.Path.GetFileName(snapshots) == "snapshots"
            && IsBelow(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(snapshots)!, "blobs"), target);
    }

    private static bool IsBelow(string folder, string path) =>
        path.StartsWith(System.IO.Path.TrimEndingDirectorySeparator(folder) + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

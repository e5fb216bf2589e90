using FineTunePipeline.ModelFormats.Safetensors;

namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>
/// Makes one model of a base model and a LoRA adapter, without any machine-learning library: file by file, a few megabytes at a time, all cores.
/// The result has the base's names, shapes, data type and division into files; products are summed in float32 and rounded once.
/// </summary>
public static class AdapterMerge
{
    // What a model folder may hold beside its weights, and what a merged model needs to be used by itself.
    private static readonly string[] SideFiles =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json", ModelWeights.IndexFileName,
    ];

    /// <summary>Merges into a folder that appears complete or not at all.</summary>
    /// <param name="baseFolder">Model folder with config.json and safetensors.</param>
    /// <param name="adapterFolder">Folder with adapter_config.json and adapter_model.safetensors; null copies the base.</param>
    /// <param name="outFolder">Must not exist, be empty, or hold an earlier merged model of the same base, which is replaced.</param>
    /// <param name="progress">Called from the thread of the caller, every few megabytes.</param>
    /// <param name="outputType">Type of the weights that the adapter changes; null = the base's own (others always keep theirs).</param>
    /// <exception cref="InvalidModelFileException">Base or adapter is damaged, they do not belong together, or the output folder holds something else.</exception>
    public static MergeResult Merge(
        string baseFolder, string? adapterFolder, string outFolder, IProgress<MergeProgress>? progress = null, TensorType? outputType = null,
        CancellationToken cancellationToken = default)
    {
        RefuseOwnInput(outFolder, baseFolder);
        RefuseOwnInput(outFolder, adapterFolder);
        using var model = ModelWeights.OpenFolder(baseFolder);
        var pairs = adapterFolder is null ? AdapterPairs.None : AdapterPairs.Load(adapterFolder, model);
        var total = model.Values.Sum(entry => entry.ByteLength);
        var written = 0L;
        var sink = new MergedTensors(model, pairs, outputType, bytes => progress?.Report(new MergeProgress(written += bytes, total)), cancellationToken);

        return ModelFolderWriter.Write(outFolder, old => SameConfig(baseFolder, old), folder =>
        {
            WriteWeights(model, sink, folder);
            CopySideFiles(baseFolder, folder);
            var files = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
            return new MergeResult(Path.GetFullPath(outFolder), files, pairs.Count, model.Count);
        });
    }

    /// <summary>Copies configuration, tokenizer and chat template of a model folder beside other weights; what the folder does not have is left out.</summary>
    public static void CopySideFiles(string modelFolder, string folder)
    {
        foreach (var name in SideFiles)
        {
            var source = Path.Combine(modelFolder, name);
            if (File.Exists(source))
            {
                File.Copy(source, Path.Combine(folder, name), overwrite: true);
            }
        }
    }

    private static void RefuseOwnInput(string outFolder, string? input)
    {
        if (input is not null && Path.TrimEndingDirectorySeparator(Path.GetFullPath(input)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(outFolder)))
        {
            throw new InvalidModelFileException(outFolder, "the output folder is one of the inputs; choose another place");
        }
    }

    private static bool SameConfig(string baseFolder, string old)
    {
        string ours = Path.Combine(baseFolder, "config.json"), theirs = Path.Combine(old, "config.json");
        return File.Exists(ours) && File.Exists(theirs) && File.ReadAllBytes(ours).AsSpan().SequenceEqual(File.ReadAllBytes(theirs));
    }

    private static void WriteWeights(ModelWeights model, MergedTensors tensors, string folder)
    {
        foreach (var path in model.Files)
        {
            using var file = SafetensorsFile.Open(path);
            var metadata = file.Metadata.Count > 0 ? file.Metadata : null;
            SafetensorsWriter.Write(Path.Combine(folder, Path.GetFileName(path)), [.. file.Tensors.Keys.Select(tensors.Of)], metadata);
        }
    }
}

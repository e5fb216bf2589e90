using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Conversion.Running;
using FineTunePipeline.Hosts;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Conversion.Merging;

/// <summary>Puts adapter and base model together where they lie, and stores the result. Fully trained weights are whole already.</summary>
internal sealed class ModelMerger(ModelTool tool, IArtifactStore store, HostFiles files)
{
    /// <summary>Files of a fully trained model that belong to the model; the trainer leaves logs and states beside them.</summary>
    private static readonly string[] ModelFiles =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "tokenizer.model", "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json", "model.safetensors.index.json", "README.md",
    ];

    public async Task<MergedModel> MergeAsync(IComputeHost host, ConvertModel command, ConversionFolders folders, CancellationToken cancellationToken)
    {
        if (command.Trained.Method != FineTuningMethod.Lora)
        {
            var whole = command.Trained.OutputFolder;
            return new MergedModel(whole, await StoreWholeAsync(command, cancellationToken));
        }

        var merged = await tool.RunAsync<MergeOutput>(
            host, folders, "merge", "merging the adapter",
            ["merge", command.Prepared.ModelFolder, command.Trained.OutputFolder, folders.Merged], cancellationToken);
        return new MergedModel(folders.Merged, await StoreAsync(host, command, folders.Merged, merged, cancellationToken));
    }

    /// <summary>The training stage has stored every file of a fully trained model; the merged model is a choice of them.</summary>
    private async Task<ArtifactReference> StoreWholeAsync(ConvertModel command, CancellationToken cancellationToken)
    {
        var trained = await store.LoadManifestAsync(command.Trained.Output, cancellationToken);
        var chosen = trained.Files.Where(file => ModelFiles.Contains(file.Path) || IsWeights(file.Path));
        return await store.PutManifestAsync(new Manifest { Kind = "merged", Files = [.. chosen] }, cancellationToken);
    }

    private static bool IsWeights(string path) =>
        path.StartsWith("model", StringComparison.Ordinal) && path.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>The manifest names what the engine wrote; the bytes come home only if the job wants the merged model.</summary>
    private async Task<ArtifactReference> StoreAsync(
        IComputeHost host, ConvertModel command, string folder, MergeOutput merged, CancellationToken cancellationToken)
    {
        var listed = new List<ManifestFile>();
        foreach (var file in merged.Files)
        {
            if (command.Spec.Outputs.Merged)
            {
                await files.StoreAsync(host, $"{folder}/{file.Path}", file.Sha256, file.Bytes, cancellationToken);
            }

            listed.Add(new ManifestFile(file.Path, file.Bytes, file.Sha256));
        }

        return await store.PutManifestAsync(new Manifest { Kind = "merged", Files = listed }, cancellationToken);
    }

    /// <summary>What <c>finetune-model merge</c> prints; paths are relative to its output folder.</summary>
    private sealed record MergeOutput(IReadOnlyList<MergedFile> Files);

    private sealed record MergedFile(string Path, long Bytes, string Sha256);
}

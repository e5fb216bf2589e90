namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>A folder as the trainer wants it: data files with placeholders filled in, and the <c>dataset_info.json</c> that describes them.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">The data files in it.</param>
internal sealed record DatasetFolder(string Path, IReadOnlyList<DatasetFile> Files)
{
    /// <summary>As LLaMA-Factory's <c>dataset</c> key wants them.</summary>
    public string Names => string.Join(',', Files.Select(file => file.Name));
}

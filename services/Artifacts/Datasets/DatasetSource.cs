using System.Text.Json.Nodes;

namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>One data file that a job names, wherever its bytes are.</summary>
/// <param name="FileName">Plain name with its ending, unique in the job.</param>
/// <param name="Bytes">Length before placeholders are filled in.</param>
/// <param name="Origin">For people and the manifest: the path, or artifact:digest.</param>
internal sealed record DatasetSource(string FileName, long Bytes, string Origin)
{
    /// <summary>Opens the bytes as they are.</summary>
    public required Func<CancellationToken, Task<Stream>> OpenAsync { get; init; }

    /// <summary>What a dataset_info.json beside the file says about it; null if there is none.</summary>
    public JsonObject? Entry { get; init; }

    /// <summary>Name of the data set: the file's name without its ending, as far as LLaMA-Factory's comma-separated list can carry it.</summary>
    public string Name =>
        string.Concat(Path.GetFileNameWithoutExtension(FileName).Select(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.' ? letter : '_'));
}

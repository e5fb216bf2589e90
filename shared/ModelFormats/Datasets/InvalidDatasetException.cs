namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>
/// A data file or <c>dataset_info.json</c> that cannot be used at all; the message says what to change. Single wrong records
/// are <see cref="DatasetProblem"/>s instead.
/// </summary>
public sealed class InvalidDatasetException(string path, string message, Exception? innerException = null)
    : Exception($"{path}: {message}", innerException)
{
    /// <summary>The file that the message is about.</summary>
    public string Path { get; } = path;
}

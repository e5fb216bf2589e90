namespace FineTunePipeline.Artifacts.Datasets;

/// <summary>A data file in a <see cref="DatasetFolder"/>.</summary>
/// <param name="Name">Name of the data set.</param>
/// <param name="Path">The file with placeholders filled in.</param>
/// <param name="Origin">What the job file names.</param>
internal sealed record DatasetFile(string Name, string Path, string Origin)
{
    /// <summary>Placeholders that no variable fills; the first few.</summary>
    public required IReadOnlyCollection<string> UnknownVariables { get; init; }
}

namespace FineTunePipeline.Contracts.Artifacts;

/// <summary>The files of a model, a data set, a checkpoint or a result. Stored itself as an artifact (JSON), so that one digest names them all.</summary>
public sealed record Manifest
{
    /// <summary>model, dataset, adapter, checkpoint, merged, engines.</summary>
    public required string Kind { get; init; }

    public required IReadOnlyList<ManifestFile> Files { get; init; }

    public long TotalBytes => Files.Sum(file => file.Bytes);
}

namespace FineTunePipeline.Training.Data;

/// <summary>A committed checkpoint: every file of it is in the store. A resume reads these rows and never a listing.</summary>
internal sealed class CheckpointRow
{
    public required string JobId { get; set; }

    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; set; }

    public required int Attempt { get; set; }

    /// <summary>Fence of the claim that committed it.</summary>
    public required long Fence { get; set; }

    /// <summary>Digest and length of the manifest.</summary>
    public required string ManifestSha256 { get; set; }

    public required long ManifestBytes { get; set; }
}

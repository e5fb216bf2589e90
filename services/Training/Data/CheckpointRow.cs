namespace FineTunePipeline.Training.Data;

/// <summary>A committed checkpoint: only what has a row here is ever resumed from.</summary>
internal sealed class CheckpointRow
{
    public required string JobId { get; set; }

    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; set; }

    /// <summary>Attempt of the stage train that committed it.</summary>
    public int Attempt { get; set; }

    /// <summary>Fence of the claim that committed it.</summary>
    public long Fence { get; set; }

    /// <summary>Digest of the manifest.</summary>
    public required string ManifestSha256 { get; set; }

    public long ManifestBytes { get; set; }

    public DateTimeOffset CommittedAt { get; set; }
}

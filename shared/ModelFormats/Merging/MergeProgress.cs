namespace FineTunePipeline.ModelFormats.Merging;

/// <summary>How far a merge is.</summary>
/// <param name="BytesWritten">Bytes of weights written so far.</param>
/// <param name="BytesTotal">Bytes of weights that there will be.</param>
public sealed record MergeProgress(long BytesWritten, long BytesTotal);

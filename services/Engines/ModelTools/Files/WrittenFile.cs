namespace FineTunePipeline.ModelTools.Files;

/// <summary>A finished output file.</summary>
internal sealed record WrittenFile(string Path, long Bytes, string Sha256);

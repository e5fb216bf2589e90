namespace FineTunePipeline.Hosts;

/// <summary>A file below a listed folder.</summary>
/// <param name="Path">Relative, with forward slashes.</param>
/// <param name="Bytes">Length.</param>
public sealed record HostFile(string Path, long Bytes);

namespace FineTunePipeline.Contracts.Artifacts;

/// <summary>One file of a <see cref="Manifest"/>.</summary>
/// <param name="Path">Relative, with forward slashes, never leaving its folder.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits; the bytes are the artifact of that name.</param>
/// <param name="Source">Where the bytes came from: <c>file:…</c>, a hub's address.</param>
public sealed record ManifestFile(string Path, long Bytes, string Sha256, string? Source = null);

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>What <see cref="GgufWriter"/> wrote.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Sha256">Lower-case hex; computed while writing, so that the file need not be read again.</param>
public sealed record GgufWritten(long Bytes, string Sha256);

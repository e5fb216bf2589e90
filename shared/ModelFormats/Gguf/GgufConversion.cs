namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>What <see cref="HfToGguf"/> made.</summary>
/// <param name="Warnings">What a person should know about the file; empty when there is nothing.</param>
/// <param name="Tensors">How many tensors the file has.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of the whole file, lower-case hex.</param>
public sealed record GgufConversion(IReadOnlyList<string> Warnings, int Tensors, long Bytes, string Sha256);

namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>What <see cref="HfToGguf"/> would make of a model folder.</summary>
/// <param name="Warnings">What a person should know about the file; empty when there is nothing.</param>
/// <param name="Tensors">How many tensors the file would have.</param>
/// <param name="TensorBytes">Their size in bytes, without header and padding.</param>
public sealed record GgufPlan(IReadOnlyList<string> Warnings, int Tensors, long TensorBytes);

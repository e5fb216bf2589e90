namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>What <see cref="HfToGguf"/> can write. K-quants are made from one of these by llama.cpp.</summary>
public enum GgufType
{
    F32,
    F16,
    BF16,
    Q8_0,
}

namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>The element types of safetensors files that models for this pipeline use.</summary>
public enum TensorType
{
    F32,
    F16,
    BF16,
    F64,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

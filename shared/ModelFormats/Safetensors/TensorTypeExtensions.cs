namespace FineTunePipeline.ModelFormats.Safetensors;

/// <summary>Sizes and file names of element types.</summary>
public static class TensorTypeExtensions
{
    // The library writes tensors in descending order of this list (its enum's declaration order); only the types that we know.
    private static readonly TensorType[] WriteOrder =
    [
        TensorType.Bool, TensorType.U8, TensorType.I8, TensorType.I16, TensorType.F16, TensorType.BF16, TensorType.I32, TensorType.F32,
        TensorType.F64, TensorType.I64,
    ];

    /// <summary>Bytes of one element.</summary>
    public static int ByteSize(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 => 2,
        TensorType.I8 or TensorType.U8 or TensorType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The name in a safetensors header.</summary>
    internal static string FileName(this TensorType type) => type == TensorType.Bool ? "BOOL" : type.ToString();

    internal static bool TryParseFileName(string name, out TensorType type)
    {
        foreach (var candidate in WriteOrder)
        {
            if (candidate.FileName() == name)
            {
                type = candidate;
                return true;
            }
        }

        type = default;
        return false;
    }

    internal static int WriteRank(this TensorType type) => Array.IndexOf(WriteOrder, type);
}

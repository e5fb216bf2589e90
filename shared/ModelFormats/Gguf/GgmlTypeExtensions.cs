namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Block sizes of the tensor types: a row is stored as whole blocks.</summary>
public static class GgmlTypeExtensions
{
    // (elements, bytes) of one block.
    private static readonly Dictionary<GgmlType, (int Elements, int Bytes)> Blocks = new()
    {
        [GgmlType.F32] = (1, 4),
        [GgmlType.F16] = (1, 2),
        [GgmlType.BF16] = (1, 2),
        [GgmlType.F64] = (1, 8),
        [GgmlType.I8] = (1, 1),
        [GgmlType.I16] = (1, 2),
        [GgmlType.I32] = (1, 4),
        [GgmlType.I64] = (1, 8),
        [GgmlType.Q4_0] = (32, 18),
        [GgmlType.Q4_1] = (32, 20),
        [GgmlType.Q5_0] = (32, 22),
        [GgmlType.Q5_1] = (32, 24),
        [GgmlType.Q8_0] = (32, 34),
        [GgmlType.IQ4_NL] = (32, 18),
        [GgmlType.MXFP4] = (32, 17),
        [GgmlType.Q2_K] = (256, 84),
        [GgmlType.Q3_K] = (256, 110),
        [GgmlType.Q4_K] = (256, 144),
        [GgmlType.Q5_K] = (256, 176),
        [GgmlType.Q6_K] = (256, 210),
        [GgmlType.IQ2_XXS] = (256, 66),
        [GgmlType.IQ2_XS] = (256, 74),
        [GgmlType.IQ2_S] = (256, 82),
        [GgmlType.IQ3_XXS] = (256, 98),
        [GgmlType.IQ3_S] = (256, 110),
        [GgmlType.IQ1_S] = (256, 50),
        [GgmlType.IQ1_M] = (256, 56),
        [GgmlType.IQ4_XS] = (256, 136),
        [GgmlType.TQ1_0] = (256, 54),
        [GgmlType.TQ2_0] = (256, 66),
    };

    /// <summary>Elements that are stored together; 1 for plain types.</summary>
    public static int BlockElements(this GgmlType type) => Blocks[type].Elements;

    /// <summary>Bytes of one block.</summary>
    public static int BlockBytes(this GgmlType type) => Blocks[type].Bytes;

    /// <summary>Bytes of so many elements; they must be whole blocks.</summary>
    public static long ByteLength(this GgmlType type, long elements)
    {
        var (perBlock, bytes) = Blocks[type];
        return elements % perBlock == 0
            ? checked(elements / perBlock * bytes)
            : throw new ArgumentException($"{elements} elements are not whole {type} blocks of {perBlock}", nameof(elements));
    }

    internal static bool IsKnown(this GgmlType type) => Blocks.ContainsKey(type);
}
